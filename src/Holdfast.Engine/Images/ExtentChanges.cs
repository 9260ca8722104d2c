using Holdfast.Engine.Files;

namespace Holdfast.Engine.Images;

/// <summary>
/// Compares where two clones of one image lie on their disk (FICLONE: XFS, btrfs): the one that is being backed up, and
/// the one that the parent snapshot was made of, kept since. Where both have the same blocks they have the same bytes.
/// </summary>
/// <remarks>
/// <para>
/// Why that is so: cloning writes nothing, it makes both files refer to the same blocks. A block with more than one
/// reference is never overwritten: a write through any file goes to a new block, and that file refers to it from then on
/// (also in a file that otherwise is overwritten in place, such as one of btrfs without copy-on-write). And a block is not
/// given to anybody else while one file refers to it. So as long as the kept clone is there and is not written to, each
/// of its blocks holds what it held when the clone was made, and a later clone that refers to it at the same offset says
/// the same. A hole in both reads as zeros in both.
/// </para>
/// <para>
/// All else counts as changed: everything on other file systems, some of which give addresses that are none (SMB gives a
/// file's own offsets); blocks that are compressed, inline or not yet on disk, whose address does not say what they
/// hold; clones on different file systems, as far as their device numbers tell; and everything where the file system has
/// no such list. What has moved on the disk, by a defragmentation of the image, is read once more.
/// </para>
/// <para>
/// The caller vouches that both are clones which nobody writes to or moves on the disk, and that the parent snapshot was
/// made of the kept one. Memory does not depend on the number of extents.
/// </para>
/// </remarks>
public sealed class ExtentChanges(ImageSource image, ImageSource kept) : IImageChanges
{
    private readonly ExtentMap now = new(image.File);
    private readonly ExtentMap before = new(kept.File);
    private readonly bool isComparable =
        image.Status is { Type: FileType.Regular } status
        && image.File.IsOnXfsOrBtrfs
        && kept.Status.Type == FileType.Regular
        && kept.Status.Device == status.Device
        && kept.Status.Inode != status.Inode;

    public long NextChange(long offset)
    {
        while (isComparable && offset != long.MaxValue)
        {
            FileExtent own = now.At(offset);
            FileExtent old = before.At(offset);
            if (own.Kind != old.Kind || own.Kind == ExtentKind.Unclear || own.Address != old.Address)
            {
                return offset;
            }
            offset = Math.Min(own.End, old.End);
        }
        return offset;
    }
}
