namespace Holdfast.Core.Access.Keystone;

/// <summary>Which Keystone is asked whose tokens requests carry, and as whom.</summary>
public sealed record KeystoneOptions
{
    /// <summary>Of the version 3 API, without a trailing slash.</summary>
    public required Uri Url { get; init; }
    public required string Username { get; init; }
    public required string Password { get; init; }
    public required string Project { get; init; }

    /// <summary>A domain's name; <c>default</c> is the default domain's id.</summary>
    public required string UserDomain { get; init; }
    public required string ProjectDomain { get; init; }

    /// <summary>How long Keystone's word on a token is believed: a revocation takes effect within it.</summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request waits for Keystone's word: one that is busy may take a while.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without the password: for messages.</summary>
    public override string ToString() => $"{Username} of project {Project} at {Url}";
}
