using Holdfast.Engine.Files;

namespace Holdfast.Engine.Images;

/// <summary>Counts a restore as it goes, and has the words for what goes wrong with it. Safe for many threads.</summary>
internal sealed class ImageRestoreTally(ImageRestoreSource source)
{
    private long written;
    private long zeroed;
    private long kept;
    private long missing;
    private string? firstMissing;

    public void AddWritten(long bytes) => Interlocked.Add(ref written, bytes);

    public void AddZeroed(long bytes) => Interlocked.Add(ref zeroed, bytes);

    public void AddKept(long bytes) => Interlocked.Add(ref kept, bytes);

    /// <param name="why">What is damaged.</param>
    public void AddMissing(long bytes, string why)
    {
        Interlocked.CompareExchange(ref firstMissing, why, null);
        Interlocked.Add(ref missing, bytes);
    }

    public ImageRestoreReport ToReport() =>
        new(
            source.Size,
            Interlocked.Read(ref written),
            Interlocked.Read(ref zeroed),
            Interlocked.Read(ref kept),
            Interlocked.Read(ref missing)
        );

    /// <summary>Null when nothing is missing.</summary>
    public EngineError? ToError() =>
        firstMissing is { } why
            ? Damaged($"{missing} of {source.Size} bytes could not be restored, all others were: {why}")
            : null;

    public EngineError Damaged(string why) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"{source.Path}: {why}",
            "Run check --read-data on the repository, and restore the volume from another backup."
        )
        {
            PublicMessage = $"{source.Path}: its data in the repository is damaged",
        };

    public EngineError TooSmall(long size) =>
        new(
            EngineErrorKind.Files,
            temporary: false,
            $"{source.Path}: the backup holds {source.Size} bytes, and the target has {size}.",
            $"Restore into a volume of {source.Size} bytes or more."
        )
        {
            PublicMessage =
                $"The backup holds {source.Size} bytes, and the volume has {size}: restore into a larger one.",
        };

    /// <param name="tried">What the target could not be: read, written.</param>
    public EngineError Failed(Errno errno, string tried) =>
        errno.ToError(
            $"{source.Path}: the target cannot be {tried}",
            "Mend the target (its space, quota, disk) and restore again; what is right already is kept.",
            publicly: $"The volume's image cannot be {tried}"
        );
}
