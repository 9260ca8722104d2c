namespace Holdfast.Objects;

public enum ObjectErrorKind
{
    NotFound,

    /// <summary>Shorter than it should be, or not what was stored.</summary>
    Damaged,

    /// <summary>Disk or quota full.</summary>
    Full,

    /// <summary>The store refuses our credentials or its file modes forbid it.</summary>
    Denied,

    /// <summary>The store does not answer, or answers that it cannot now.</summary>
    Unavailable,

    /// <summary>The store cannot do this at all.</summary>
    Unsupported,

    /// <summary>An I/O error that repeating does not mend.</summary>
    Failed,
}

/// <summary>
/// The only error of an object store. <see cref="Temporary"/> says whether the same call may succeed later;
/// the message says what was tried on which object, and the inner exception why it failed.
/// </summary>
public sealed class ObjectError(ObjectErrorKind kind, bool temporary, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ObjectErrorKind Kind { get; } = kind;

    public bool Temporary { get; } = temporary;
}
