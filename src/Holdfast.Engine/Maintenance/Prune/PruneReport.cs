namespace Holdfast.Engine.Maintenance.Prune;

/// <summary>What a prune did. With <paramref name="StoppedEarly"/> its time was up and the rest waits for the next run.</summary>
/// <param name="BytesWritten">Stored bytes of blobs moved to new packs.</param>
/// <param name="BytesFreed">Bytes of packs removed.</param>
public sealed record PruneReport(
    int PacksRepacked,
    int PacksRemoved,
    long BytesWritten,
    long BytesFreed,
    bool StoppedEarly
);
