namespace Holdfast.Engine.Images;

/// <summary>
/// How a volume lies in a repository: its snapshot's root tree has one directory, named by the volume's id, and that
/// one regular file.
/// </summary>
public static class ImageLayout
{
    public const string FileName = "volume.raw";

    /// <summary>The same, as a tree has it.</summary>
    public static ReadOnlySpan<byte> FileNameBytes => "volume.raw"u8;

    /// <summary>The one path of the volume's snapshots.</summary>
    public static string PathOf(string volume) => "/" + volume;
}
