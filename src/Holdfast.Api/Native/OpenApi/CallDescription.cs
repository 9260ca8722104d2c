namespace Holdfast.Api.Native.OpenApi;

/// <summary>What a program that reads <c>openapi.json</c> is told of a call. A test holds the examples against real answers.</summary>
/// <param name="Name">Verb and path, as the route has it.</param>
internal sealed record CallDescription(string Name, string Summary)
{
    /// <summary>Query parameters, beside <c>limit</c> and <c>cursor</c> of a list.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    public bool IsList { get; init; }

    /// <summary>JSON; null where no body is read.</summary>
    public string? Body { get; init; }

    public int Status { get; init; } = 200;

    /// <summary>JSON; null where the answer has no body, or none that is JSON.</summary>
    public string? Answer { get; init; }

    /// <summary>Of an answer that is not JSON.</summary>
    public string? ContentType { get; init; }
}
