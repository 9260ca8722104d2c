using Holdfast.Objects.Decorators;

namespace Holdfast.Objects.S3;

/// <summary>Where an S3 store is, who asks, and how patient we are. No member prints a secret.</summary>
public sealed record S3Options
{
    /// <summary>Scheme, host and port of the service; requests name the bucket in their path.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>What requests are signed for. Most servers but Amazon's take any word that they were set up with.</summary>
    public required string Region { get; init; }

    /// <summary>It must exist: making buckets is the operator's.</summary>
    public required string Bucket { get; init; }

    /// <summary>Whole segments of an <see cref="ObjectName"/> before all names, or empty.</summary>
    public string Prefix { get; init; } = "";

    public required S3Credentials Credentials { get; init; }

    /// <summary>
    /// A request during which not a byte goes either way for so long has failed. Long enough for a busy gateway to list a
    /// thousand objects; short enough that further tries fit into the time in which failures are met with one.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How a page of a listing is tried again. All other calls are a decorator's to repeat.</summary>
    public RetryOptions ListRetry { get; init; } = new();

    /// <summary>To get a connection, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests at once; the others wait their turn. Four repositories at their full limit of requests.</summary>
    public int Requests { get; init; } = 64;

    /// <summary>Objects that one request lists: as many as S3 allows.</summary>
    public int ListPage { get; init; } = 1000;

    /// <summary>
    /// Objects longer than this are stored in parts. Packs are some 16 MiB, so that it is for larger ones alone: parts cost
    /// two more requests, and a whole object is what every server does best.
    /// </summary>
    public long MultipartAbove { get; init; } = 64L << 20;

    /// <summary>Bytes of a part but the last; S3 takes no smaller one than 5 MiB, and at most 10,000 of them.</summary>
    public long PartBytes { get; init; } = 16L << 20;
}

/// <summary>Who asks. A class, so that nothing prints its members.</summary>
/// <param name="accessKey">Its name, no secret.</param>
/// <param name="sessionToken">Null for credentials that do not expire.</param>
public sealed class S3Credentials(string accessKey, string secretKey, string? sessionToken = null)
{
    internal string AccessKey { get; } = accessKey;

    internal string SecretKey { get; } = secretKey;

    internal string? SessionToken { get; } = sessionToken;
}
