namespace Holdfast.Engine.Images;

/// <summary>
/// What a restore has done, so far or in all, in bytes. What was written, zeroed and kept is, once it succeeded, as much
/// as the backup holds.
/// </summary>
/// <param name="Size">What the backup holds.</param>
/// <param name="BytesWritten">Data that differed.</param>
/// <param name="BytesZeroed">Where the target had data and the backup has zeros: holes now, where the target can have them.</param>
/// <param name="BytesKept">What was right already, holes among it.</param>
/// <param name="BytesMissing">What lies in blobs that are damaged in the repository; the target is there as it was.</param>
public sealed record ImageRestoreReport(
    long Size,
    long BytesWritten,
    long BytesZeroed,
    long BytesKept,
    long BytesMissing
);
