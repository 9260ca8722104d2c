namespace Holdfast.Engine.Maintenance.Check;

/// <summary>How much of a repository a check reads.</summary>
public sealed record CheckOptions
{
    /// <summary>Packs to read and verify byte by byte. Without any, a flipped bit in a pack of data goes unseen.</summary>
    public PackSubset ReadData { get; init; } = PackSubset.None;

    /// <summary>When something is damaged: walk all trees once more, and see which snapshots it is of.</summary>
    public bool NameSnapshots { get; init; }
}
