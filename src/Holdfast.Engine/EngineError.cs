namespace Holdfast.Engine;

public enum EngineErrorKind
{
    /// <summary>There is no repository, snapshot, or path of that name.</summary>
    NotFound,

    /// <summary>A repository is there already.</summary>
    Exists,

    /// <summary>The password opens none of the repository's keys.</summary>
    WrongPassword,

    /// <summary>Bytes in the repository are not what was stored; the message names the object.</summary>
    Damaged,

    /// <summary>Somebody else holds a lock that excludes this.</summary>
    Locked,

    /// <summary>Our own lock could not be refreshed in time, so nothing more may be written.</summary>
    LockLost,

    /// <summary>The store, its disk, or a library below failed; <see cref="EngineError.Temporary"/> says whether to try again.</summary>
    Store,

    /// <summary>The source or target directory cannot be used.</summary>
    Files,

    /// <summary>What was asked makes no sense; the message says why.</summary>
    Invalid,
}

/// <summary>
/// The only error that leaves the engine: what happened, whether trying again may help, and what an operator can do.
/// Object-store errors arrive wrapped in one of these, so that nobody above needs the ground floor's names.
/// </summary>
public sealed class EngineError(
    EngineErrorKind kind,
    bool temporary,
    string message,
    string? advice = null,
    Exception? inner = null
) : Exception(message, inner)
{
    public EngineErrorKind Kind { get; } = kind;

    public bool Temporary { get; } = temporary;

    public string? Advice { get; } = advice;

    /// <summary>
    /// The same for whoever does not run the machine: it names nothing of the host, of the store or of others, but may
    /// name entries of the tree that was read or written. Null where the kind of error is all that can be told.
    /// </summary>
    public string? PublicMessage { get; init; }
}
