namespace Holdfast.Engine.Files;

/// <summary>
/// The place where one worker is: it stays open until the worker goes on to another, for what follows mostly lies in
/// the same directory. For one thread at a time.
/// </summary>
public sealed class DirectoryCursor(DirectoryPool pool) : IDisposable
{
    private Place? place;
    private DirectoryPool.Lease lease;

    /// <param name="handle">Valid until the next call.</param>
    public Errno TryMove(Place to, out DirectoryHandle? handle)
    {
        Errno errno = Errno.None;
        if (to != place)
        {
            Dispose();
            errno = pool.TryRent(to, out lease);
            place = errno == Errno.None ? to : null;
        }
        handle = place is null ? null : lease.Handle;
        return errno;
    }

    public void Dispose()
    {
        place = null;
        lease.Dispose();
        lease = default;
    }
}
