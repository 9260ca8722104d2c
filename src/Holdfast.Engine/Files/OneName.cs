namespace Holdfast.Engine.Files;

internal static class OneName
{
    /// <summary>
    /// Looks up what the name stands for now that the file is open. Where it has one link, and is what was opened, that
    /// file has no name elsewhere: the file's own count of links says less, for a link from elsewhere that was opened and then
    /// removed leaves it one, too.
    /// </summary>
    /// <param name="links">How many names there are; 0 where the name stands for another file, or none.</param>
    public static Errno TryCount(
        DirectoryHandle directory,
        ReadOnlySpan<byte> name,
        in FileStatus opened,
        out uint links
    )
    {
        Errno errno = directory.TryStat(name, out FileStatus named);
        links = named.Inode == opened.Inode && named.Device == opened.Device ? named.Links : 0;
        return errno;
    }
}
