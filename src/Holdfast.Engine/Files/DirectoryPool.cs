namespace Holdfast.Engine.Files;

/// <summary>
/// Open directories beneath one root: opened by name from the nearest one that is open, and kept until others are
/// wanted more. A place on another mount than the root's is never opened (<see cref="Errno.EXDEV"/>), and a nested
/// subvolume only where that is asked for. Safe for many threads.
/// </summary>
public sealed class DirectoryPool : IDisposable
{
    /// <summary>
    /// Directories kept open though nobody uses them: a quarter of the usual limit of 1,024 descriptors a process.
    /// </summary>
    private const int IdleMax = 256;

    private readonly Lock gate = new();
    private readonly LinkedList<Entry> idle = [];
    private readonly Entry root;

    private DirectoryPool(Place place, DirectoryHandle handle, ulong device, bool acrossSubvolumes)
    {
        Root = place;
        Device = device;
        CrossesSubvolumes = acrossSubvolumes && handle.IsOnBtrfs;
        root = new Entry(place, handle) { Users = 1 };
        place.Open = root;
    }

    public Place Root { get; }

    /// <summary><c>st_dev</c> of everything beneath.</summary>
    public ulong Device { get; }

    /// <summary>Whether subvolumes are opened like other directories, and there may be any.</summary>
    public bool CrossesSubvolumes { get; }

    /// <summary>Takes over the handle.</summary>
    /// <param name="acrossSubvolumes">For what is to go, whatever its owner made in it.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static DirectoryPool Beneath(DirectoryHandle handle, bool acrossSubvolumes = false)
    {
        Errno errno = handle.TryStat(out FileStatus status);
        if (errno != Errno.None)
        {
            handle.Dispose();
            throw errno.ToError("The directory cannot be asked for its status");
        }
        return new DirectoryPool(Place.Root(), handle, status.Device, acrossSubvolumes);
    }

    /// <summary>Opens the place unless it is open. Dispose the lease soon: it pins a descriptor.</summary>
    public Errno TryRent(Place place, out Lease lease)
    {
        lock (gate)
        {
            Entry? entry = place.Open;
            Errno errno = entry is null ? TryOpen(place, out entry) : Errno.None;
            if (errno != Errno.None || entry is null)
            {
                lease = default;
                return errno;
            }
            Use(entry);
            lease = new Lease(this, entry);
            return Errno.None;
        }
    }

    /// <summary>Closes a place that is about to go. Nobody may be using it.</summary>
    public void Forget(Place place)
    {
        lock (gate)
        {
            if (place.Open is { Node: { } node } entry)
            {
                idle.Remove(node);
                Close(entry);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (Entry entry in idle)
            {
                Close(entry);
            }
            idle.Clear();
            Close(root);
        }
    }

    private Errno TryOpen(Place place, out Entry? entry)
    {
        entry = null;
        Place above = place;
        var names = new Stack<byte[]>();
        while (above.Open is null)
        {
            names.Push(above.Name);
            above = above.Parent ?? throw new InvalidOperationException("The place lies beneath another root.");
        }
        DirectoryHandle nearest = above.Open.Handle;
        Errno errno =
            names.Count == 1
                ? nearest.TryOpenDirectory(place.Name, out DirectoryHandle? handle)
                : nearest.TryOpenBeneath(Join(names), out handle);
        if (errno != Errno.None || handle is null)
        {
            return errno;
        }
        errno = handle.TryStat(out FileStatus status);
        if (errno != Errno.None || (status.Device != Device && !CrossesSubvolumes))
        {
            handle.Dispose();
            return errno == Errno.None ? Errno.EXDEV : errno;
        }
        place.Open = entry = new Entry(place, handle);
        return Errno.None;
    }

    private static byte[] Join(Stack<byte[]> names)
    {
        byte[] path = new byte[names.Sum(name => name.Length + 1) - 1];
        int end = 0;
        foreach (byte[] name in names)
        {
            name.CopyTo(path, end);
            end += name.Length;
            if (end < path.Length)
            {
                path[end++] = (byte)'/';
            }
        }
        return path;
    }

    private void Use(Entry entry)
    {
        entry.Users++;
        if (entry.Node is { } node)
        {
            idle.Remove(node);
            entry.Node = null;
        }
    }

    private void Return(Entry entry)
    {
        lock (gate)
        {
            if (--entry.Users > 0)
            {
                return;
            }
            entry.Node = idle.AddLast(entry);
            if (idle.Count > IdleMax && idle.First is { Value: { } oldest } first)
            {
                idle.Remove(first);
                Close(oldest);
            }
        }
    }

    private static void Close(Entry entry)
    {
        entry.Place.Open = null;
        entry.Handle.Dispose();
    }

    internal sealed class Entry(Place place, DirectoryHandle handle)
    {
        public Place Place { get; } = place;
        public DirectoryHandle Handle { get; } = handle;
        public int Users { get; set; }
        public LinkedListNode<Entry>? Node { get; set; }
    }

    /// <summary>The right to use an open directory until disposed.</summary>
    public readonly struct Lease : IDisposable
    {
        private readonly DirectoryPool? pool;
        private readonly Entry? entry;

        internal Lease(DirectoryPool pool, Entry entry)
        {
            this.pool = pool;
            this.entry = entry;
        }

        public DirectoryHandle Handle =>
            entry?.Handle ?? throw new InvalidOperationException("The place was not opened.");

        public void Dispose()
        {
            if (entry is not null)
            {
                pool!.Return(entry);
            }
        }
    }
}
