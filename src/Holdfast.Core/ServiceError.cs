namespace Holdfast.Core;

/// <summary>What a use case may refuse with. Api maps each to one HTTP status, the command line to an exit code.</summary>
public enum ServiceErrorKind
{
    /// <summary>400: the request makes no sense, or the resource's state forbids it.</summary>
    Invalid,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>404: not there, or not the caller's.</summary>
    NotFound,

    /// <summary>409.</summary>
    Conflict,

    /// <summary>413: a quota.</summary>
    OverLimit,

    /// <summary>422: understood, but the body lacks its resource.</summary>
    Unprocessable,

    /// <summary>503: a part below does not answer; the same request may succeed later.</summary>
    Unavailable,

    /// <summary>401: whoever asks has not shown who they are, or not what they ask for.</summary>
    Unauthenticated,

    /// <summary>429: too many failed logins; <see cref="ServiceError.RetryAfter"/> says when to come back.</summary>
    TooManyRequests,
}

/// <summary>Which refusal it is, for APIs whose errors have codes beside their status. Most need none.</summary>
public enum Refusal
{
    None,
    NoVolume,
    NoBackup,
    BackupBusy,
    VolumeBusy,
    VolumeBeingBackedUp,
    VolumeTooSmall,
    VolumeSize,
    VolumeLimit,
    VolumeGigabytesLimit,
    BackupQuota,
    BackupGigabytesQuota,
}

/// <summary>The only error of Core. The message is for the caller, in the words of the API's contract, and names nothing of the host.</summary>
public sealed class ServiceError(ServiceErrorKind kind, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ServiceErrorKind Kind { get; } = kind;

    public Refusal Refusal { get; init; }

    /// <summary>Whether a part below cannot be reached, so that waiting may help without anybody's doing.</summary>
    public bool IsOutage { get; init; }

    /// <summary>When the same request may succeed; null where nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the operator is to know beside: for the log and the command line, never for a client.</summary>
    public string? Detail { get; init; }

    public static ServiceError Invalid(string message, Refusal refusal = Refusal.None) =>
        new(ServiceErrorKind.Invalid, message) { Refusal = refusal };

    public static ServiceError Forbidden(string message = "Access was denied to this resource.") =>
        new(ServiceErrorKind.Forbidden, message);

    public static ServiceError NotFound(
        string message = "The resource could not be found.",
        Refusal refusal = Refusal.None
    ) => new(ServiceErrorKind.NotFound, message) { Refusal = refusal };

    public static ServiceError Unauthenticated() =>
        new(ServiceErrorKind.Unauthenticated, "The request you have made requires authentication.");

    public static ServiceError Conflict(string message) => new(ServiceErrorKind.Conflict, message);
}
