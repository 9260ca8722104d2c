namespace Holdfast.Cli.Doctor;

internal enum FindingLevel
{
    Ok,

    /// <summary>The service runs, and something is likely not as it was meant.</summary>
    Warning,

    /// <summary>The service does not start, or does not do all that it is for.</summary>
    Mistake,
}

/// <summary>What one look has shown.</summary>
/// <param name="Check">What was looked at: <c>store</c>, <c>master key</c>, …</param>
/// <param name="Advice">How it is mended; null where nothing is to be.</param>
internal sealed record Finding(string Check, FindingLevel Level, string Found, string? Advice)
{
    /// <summary>As it is printed.</summary>
    public string Word =>
        Level switch
        {
            FindingLevel.Ok => "ok",
            FindingLevel.Warning => "warning",
            _ => "mistake",
        };
}
