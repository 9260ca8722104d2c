using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>Gives directories their metadata once nothing in them changes any more.</summary>
internal sealed class DirectoryFinish(RestoreRun run)
{
    /// <param name="visited">Each directory before those in it; done in the opposite order.</param>
    public void Run(IReadOnlyList<PendingDirectory> visited, CancellationToken cancellationToken)
    {
        for (int i = visited.Count - 1; i >= 0; i--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Errno errno = TryFinish(visited[i]);
            if (errno == Errno.None)
            {
                run.Tally.AddDirectory();
                continue;
            }
            Place place = visited[i].Place;
            run.Tally.Fail(place.Parent ?? place, place.Name, errno, "cannot be given its owner, mode and times");
        }
    }

    private Errno TryFinish(PendingDirectory directory)
    {
        if (directory.Node is null)
        {
            return Errno.None;
        }
        Errno errno = run.Pool.TryRent(directory.Place, out DirectoryPool.Lease lease);
        using (lease)
        {
            KnownMetadata known = FreshInode.Metadata;
            if (errno == Errno.None && !directory.Fresh)
            {
                errno = lease.Handle.TryStat(out FileStatus status);
                errno = errno == Errno.None ? KnownMetadata.TryRead(lease.Handle, status, out known) : errno;
            }
            return errno == Errno.None ? NodeMetadata.TryApply(lease.Handle, directory.Node, known) : errno;
        }
    }
}
