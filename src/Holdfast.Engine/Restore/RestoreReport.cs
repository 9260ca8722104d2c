namespace Holdfast.Engine.Restore;

/// <summary>An entry that is not as the backup has it, and why.</summary>
/// <param name="Path">From the target directory on.</param>
/// <param name="Kind"><see cref="EngineErrorKind.Damaged"/> when the repository is to blame, else Files.</param>
public sealed record RestoreItemError(string Path, EngineErrorKind Kind, string Message);

/// <summary>What a restore has done, so far or in all. Bytes are those of file contents.</summary>
public sealed record RestoreReport
{
    /// <summary>Entries of each kind that are as the backup has them; a file's further hard links count as files.</summary>
    public long Files { get; init; }
    public long Directories { get; init; }
    public long Others { get; init; }

    public long BytesWritten { get; init; }

    /// <summary>Bytes that were right already.</summary>
    public long BytesKept { get; init; }

    /// <summary>Entries removed because the backup does not have them, or has something of another type there.</summary>
    public long Deleted { get; init; }

    public long DroppedDevices { get; init; }
    public long DroppedSetIds { get; init; }
    public long DroppedAttributes { get; init; }

    /// <summary>At most <see cref="ErrorsKept"/> of them: the first that are damaged, then the first others.</summary>
    public IReadOnlyList<RestoreItemError> Errors { get; init; } = [];
    public long ErrorCount { get; init; }

    /// <summary>Those of <see cref="ErrorCount"/> for which the repository is to blame.</summary>
    public long DamagedCount { get; init; }

    /// <summary>Enough to see a pattern; a pulled disk must not fill the memory.</summary>
    public const int ErrorsKept = 1000;

    /// <summary>How many paths an error message names.</summary>
    private const int PathsNamed = 20;

    /// <summary>Null when the target equals the backup.</summary>
    public EngineError? ToError()
    {
        if (ErrorCount == 0)
        {
            return null;
        }
        EngineErrorKind kind = DamagedCount > 0 ? EngineErrorKind.Damaged : EngineErrorKind.Files;
        RestoreItemError[] named = [.. Errors.Where(error => error.Kind == kind).Take(PathsNamed)];
        return new EngineError(
            kind,
            temporary: false,
            Message(named, error => error.Message),
            kind == EngineErrorKind.Damaged
                ? "Run check --read-data on the repository, and restore the files named from another backup."
                : "Mend what the messages name and restore again; what is right already is kept."
        )
        {
            // What exactly is damaged is the operator's to know: it may name the store's files.
            PublicMessage = Message(
                named,
                error => error.Kind == EngineErrorKind.Damaged ? "its data in the repository is damaged" : error.Message
            ),
        };
    }

    private string Message(RestoreItemError[] named, Func<RestoreItemError, string> why)
    {
        string list = string.Join("; ", named.Select(error => $"{error.Path}: {why(error)}"));
        string more = ErrorCount > named.Length ? "; and more" : "";
        return $"{ErrorCount} entries could not be restored, all others were: {list}{more}";
    }
}
