namespace Holdfast.Api;

/// <param name="PublicUrl">Base of every link we write, without a trailing slash; the Host header is never used.</param>
public sealed record ApiOptions(string PublicUrl)
{
    /// <summary>Where a client that is not let in is told to log in.</summary>
    public string LoginUrl { get; init; } = $"{PublicUrl}/identity";

    /// <summary>A file with the token that <c>/metrics</c> takes from other hosts; null where they get none.</summary>
    public string? MetricsTokenFile { get; init; }
}
