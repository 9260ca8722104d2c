namespace Holdfast.Engine.Files;

/// <summary>
/// Removes entries with all that is in them, by descriptor and without recursion, so that no depth and no planted link
/// leads astray. What lies on another mount stays, and so do the directories above it; a subvolume goes as a whole where
/// the pool crosses into them, and stays where not.
/// </summary>
/// <param name="failed">Told of each entry that stays, and why.</param>
public sealed class TreeRemoval(DirectoryPool pool, Action<Place, byte[], Errno> failed)
{
    /// <summary>Entries removed so far.</summary>
    public long Removed { get; private set; }

    /// <returns>False when something of it stayed; <c>failed</c> was told.</returns>
    public bool Remove(Place parent, DirectoryEntry entry, CancellationToken cancellationToken)
    {
        if (IsDirectory(parent, entry) is not { } directory)
        {
            return false;
        }
        if (!directory)
        {
            return Unlink(parent, entry.Name);
        }
        if (RemoveSubvolume(parent, entry.Name))
        {
            return true;
        }
        var levels = new Stack<Level>();
        levels.Push(new Level(new Place(parent, entry.Name)));
        bool gone = false;
        while (levels.TryPeek(out Level? level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!level.Listed)
            {
                level.Complete = List(level);
            }
            if (level.Next < level.Entries.Count)
            {
                Descend(levels, level, level.Entries[level.Next++]);
                continue;
            }
            levels.Pop();
            gone = level.Complete && RemoveEmpty(level.Place);
            if (!gone && levels.TryPeek(out Level? above))
            {
                above.Complete = false;
            }
        }
        return gone;
    }

    private void Descend(Stack<Level> levels, Level level, DirectoryEntry entry)
    {
        switch (IsDirectory(level.Place, entry))
        {
            case true when RemoveSubvolume(level.Place, entry.Name):
                break;
            case true:
                levels.Push(new Level(new Place(level.Place, entry.Name)));
                break;
            case false:
                level.Complete &= Unlink(level.Place, entry.Name);
                break;
            default:
                level.Complete = false;
                break;
        }
    }

    private bool List(Level level)
    {
        level.Listed = true;
        Errno errno = pool.TryRent(level.Place, out DirectoryPool.Lease lease);
        using (lease)
        {
            if (pool.CrossesSubvolumes && errno == Errno.None && lease.Handle.IsSubvolume)
            {
                // It is entered for the subvolumes in it, which a read-only one would keep.
                errno = lease.Handle.TryMakeWritable();
            }
            errno = errno == Errno.None ? lease.Handle.TryReadEntries(level.Entries) : errno;
        }
        return Tell(errno, level.Place.Parent!, level.Place.Name);
    }

    /// <returns>False when it is none, or has subvolumes in it: those go first.</returns>
    private bool RemoveSubvolume(Place parent, byte[] name)
    {
        if (!pool.CrossesSubvolumes)
        {
            return false;
        }
        Errno errno = pool.TryRent(parent, out DirectoryPool.Lease lease);
        using (lease)
        {
            return errno == Errno.None
                && lease.Handle.HasSubvolume(name)
                && Count(lease.Handle.TryRemoveSubvolume(name) == Errno.None);
        }
    }

    private bool RemoveEmpty(Place place)
    {
        pool.Forget(place);
        Errno errno = pool.TryRent(place.Parent!, out DirectoryPool.Lease lease);
        using (lease)
        {
            errno = errno == Errno.None ? lease.Handle.TryRemoveDirectory(place.Name) : errno;
        }
        return Count(Tell(errno, place.Parent!, place.Name));
    }

    private bool Unlink(Place parent, byte[] name)
    {
        Errno errno = pool.TryRent(parent, out DirectoryPool.Lease lease);
        using (lease)
        {
            errno = errno == Errno.None ? lease.Handle.TryUnlink(name) : errno;
        }
        return Count(Tell(errno, parent, name));
    }

    private bool? IsDirectory(Place parent, DirectoryEntry entry)
    {
        if (entry.Type != FileType.Unknown)
        {
            return entry.Type == FileType.Directory;
        }
        Errno errno = pool.TryRent(parent, out DirectoryPool.Lease lease);
        using (lease)
        {
            FileStatus status = default;
            errno = errno == Errno.None ? lease.Handle.TryStat(entry.Name, out status) : errno;
            return Tell(errno, parent, entry.Name) ? status.Type == FileType.Directory : null;
        }
    }

    private bool Tell(Errno errno, Place parent, byte[] name)
    {
        // What is gone already is what was wanted.
        if (errno is Errno.None or Errno.ENOENT)
        {
            return true;
        }
        failed(parent, name, errno);
        return false;
    }

    private bool Count(bool gone)
    {
        Removed += gone ? 1 : 0;
        return gone;
    }

    private sealed class Level(Place place)
    {
        public Place Place { get; } = place;
        public List<DirectoryEntry> Entries { get; } = [];
        public int Next { get; set; }
        public bool Listed { get; set; }
        public bool Complete { get; set; } = true;
    }
}
