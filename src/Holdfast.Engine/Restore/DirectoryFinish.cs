using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>Gives a directory its metadata once nothing in it changes any more. One worker's own, as its cursor is.</summary>
internal sealed class DirectoryFinish(RestoreRun run, DirectoryCursor cursor)
{
    /// <summary>Lets go for one holder. The last one finishes the directory, and then may be the last of the one above.</summary>
    public void LetGo(PendingDirectory directory)
    {
        for (PendingDirectory? next = directory; next is not null && next.LetGo(); next = next.Parent)
        {
            Finish(next);
        }
    }

    private void Finish(PendingDirectory directory)
    {
        if (directory.Failed)
        {
            return;
        }
        Errno errno = TryFinish(directory);
        if (errno == Errno.None)
        {
            run.Tally.AddDirectory();
            return;
        }
        Place place = directory.Place;
        run.Tally.Fail(place.Parent ?? place, place.Name, errno, "cannot be given its owner, mode and times");
    }

    private Errno TryFinish(PendingDirectory directory)
    {
        if (directory.Node is null)
        {
            return Errno.None;
        }
        Errno errno = cursor.TryMove(directory.Place, out DirectoryHandle? handle);
        KnownMetadata known = FreshInode.Metadata;
        if (errno == Errno.None && !directory.Fresh)
        {
            errno = handle!.TryStat(out FileStatus status);
            errno = errno == Errno.None ? KnownMetadata.TryRead(handle, status, out known) : errno;
        }
        return errno == Errno.None ? NodeMetadata.TryApply(handle!, directory.Node, known) : errno;
    }
}
