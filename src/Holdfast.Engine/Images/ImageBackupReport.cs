using Holdfast.Engine.Backup;

namespace Holdfast.Engine.Images;

/// <summary>What a finished backup of an image did.</summary>
/// <param name="Backup">The snapshot, which is stored, and problems.</param>
/// <param name="BytesRead">Bytes that were read of the image; its size less holes and what was known to be unchanged.</param>
/// <param name="IsIncremental">Whether there was a parent's image to compare with, and a way to do so.</param>
/// <param name="Digests">To be kept for the next backup; null when none were asked for.</param>
public sealed record ImageBackupReport(BackupReport Backup, long BytesRead, bool IsIncremental, ImageDigests? Digests);
