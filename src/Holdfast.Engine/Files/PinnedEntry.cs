namespace Holdfast.Engine.Files;

/// <summary>
/// A directory entry held but not opened (O_PATH): a device is not touched, a FIFO not waited for, a symbolic link not
/// followed. Its metadata is reached through <see cref="MagicPath"/>, since most calls refuse such a descriptor.
/// </summary>
public sealed class PinnedEntry : Descriptor
{
    internal PinnedEntry(int descriptor)
        : base(descriptor) => MagicPath = System.Text.Encoding.ASCII.GetBytes($"/proc/self/fd/{descriptor}\0");

    /// <summary>A path that leads to exactly the held inode and no further; it ends with a zero byte.</summary>
    internal byte[] MagicPath { get; }
}
