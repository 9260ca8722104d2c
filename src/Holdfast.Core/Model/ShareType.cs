namespace Holdfast.Core.Model;

/// <summary>A kind of share that an administrator offers.</summary>
public sealed record ShareType
{
    /// <summary>Name of the type that the first start makes.</summary>
    public const string Default = "default";

    public required string Id { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }
    public string? Description { get; init; }

    /// <summary>False: for the projects that were given access alone.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>Used by shares that name no type; exactly one has it.</summary>
    public bool IsDefault { get; init; }
    public IReadOnlyDictionary<string, string> ExtraSpecs { get; init; } = new Dictionary<string, string>();
}
