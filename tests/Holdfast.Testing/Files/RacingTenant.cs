using Microsoft.Win32.SafeHandles;

namespace Holdfast.Testing.Files;

/// <summary>What a tenant puts in an entry's place.</summary>
public enum Bait
{
    /// <summary>A symbolic link to what has the same path in another tree.</summary>
    Symlink,
    Fifo,

    /// <summary>A node of the null device; only root can.</summary>
    Device,
    EmptyDirectory,
    EmptyFile,

    /// <summary>A second name of the file that has the same path in another tree.</summary>
    HardLink,
}

/// <summary>
/// A tenant whose threads, as fast as they can, put something else in the place of what a share holds and take it back, rename
/// directories away and back, and cut and lengthen the files whose names begin with <c>grow</c>. Everything is done by
/// descriptor: the tenant's own traps do not catch him.
/// </summary>
public sealed class RacingTenant : IDisposable
{
    private const int DirectoryOnly = 0x10000;
    private const int NoFollow = 0x20000;
    private const int CloseOnExec = 0x80000;
    private const int ReadWrite = 2;
    private const uint ExchangeNames = 2;

    private readonly RawPath share;
    private readonly RawPath elsewhere;
    private readonly Bait[] baits;
    private readonly List<Thread> threads = [];
    private volatile bool stopped;
    private long changes;
    private Exception? failure;

    /// <param name="share">What is there now is what is played with.</param>
    /// <param name="elsewhere">A tree with the same paths, which must not be touched.</param>
    public RacingTenant(RawPath share, RawPath elsewhere, params Bait[] baits)
    {
        this.share = share;
        this.elsewhere = elsewhere;
        this.baits = baits;
        List<RawPath> tops = RawFiles.List(share);
        List<RawPath> all = RawFiles.Walk(share);
        for (int i = 0; i < Math.Min(2, tops.Count); i++)
        {
            // Threads that played with the same entries would lose each other's.
            HashSet<RawPath> own = [.. tops.Where((_, number) => number % 2 == i % 2)];
            List<RawPath> paths = [.. all.Where(path => own.Contains(path) || own.Any(path.StartsWith))];
            var random = new Random(i);
            var thread = new Thread(() => Run(paths, random)) { IsBackground = true };
            threads.Add(thread);
            thread.Start();
        }
    }

    /// <summary>How often something was changed.</summary>
    public long Changes => Interlocked.Read(ref changes);

    /// <summary>Stops; every thread has put back what it took when this returns, if nobody else interfered.</summary>
    public void Dispose()
    {
        stopped = true;
        threads.ForEach(thread => thread.Join());
        if (failure is { } error)
        {
            throw new InvalidOperationException("The racing tenant fell.", error);
        }
    }

    private void Run(List<RawPath> paths, Random random)
    {
        try
        {
            while (!stopped)
            {
                RawPath path = paths[random.Next(paths.Count)];
                int slash = path.Bytes.LastIndexOf((byte)'/');
                using SafeFileHandle? directory = OpenDirectory(slash < 0 ? default : new RawPath(path.Bytes[..slash]));
                if (directory is not null)
                {
                    Play(Number(directory), path, new RawPath(path.Bytes[(slash + 1)..]), random);
                }
            }
        }
        catch (Exception error)
        {
            failure = error;
        }
    }

    private void Play(int directory, RawPath path, RawPath name, Random random)
    {
        byte[] entry = name.ZeroTerminated();
        if (name.Bytes.StartsWith("grow"u8))
        {
            Resize(directory, entry, random);
            return;
        }
        byte[] spare = ((RawPath)$".spare-{Environment.CurrentManagedThreadId}").ZeroTerminated();
        bool rename = random.Next(4) == 0;
        if (!rename && !TryLay(baits[random.Next(baits.Length)], directory, spare, path))
        {
            return;
        }
        for (int i = 2 * random.Next(1, 20); i > 0; i--)
        {
            int done = rename
                ? Libc.RenameAt(directory, i % 2 == 0 ? entry : spare, directory, i % 2 == 0 ? spare : entry, 0)
                : Libc.RenameAt(directory, spare, directory, entry, ExchangeNames);
            if (done != 0)
            {
                break; // Whoever restores the share has removed one of them.
            }
            Interlocked.Increment(ref changes);
        }
        if (Libc.UnlinkAt(directory, spare, 0) != 0)
        {
            _ = Libc.UnlinkAt(directory, spare, Libc.RemoveDirectory);
        }
    }

    private bool TryLay(Bait bait, int directory, byte[] name, RawPath path)
    {
        byte[] other = (elsewhere / path).ZeroTerminated();
        int made = bait switch
        {
            Bait.Symlink => Libc.SymlinkAt(other, directory, name),
            Bait.Fifo => Libc.MakeNodeAt(directory, name, (uint)FileKind.Fifo | 0x1b6, 0),
            Bait.Device => Libc.MakeNodeAt(directory, name, (uint)FileKind.CharDevice | 0x1b6, Libc.MakeDevice(1, 3)),
            Bait.EmptyDirectory => Libc.MakeDirectoryAt(directory, name, 0x1ed),
            Bait.EmptyFile => Libc.MakeNodeAt(directory, name, (uint)FileKind.File | 0x1b6, 0),
            Bait.HardLink => Libc.LinkAt(Libc.AtCurrentDirectory, other, directory, name, 0),
            _ => throw new ArgumentOutOfRangeException(nameof(bait)),
        };
        return made == 0;
    }

    private void Resize(int directory, byte[] name, Random random)
    {
        int descriptor = Libc.OpenAt(directory, name, ReadWrite | NoFollow | CloseOnExec, 0);
        if (descriptor < 0)
        {
            return;
        }
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        for (int i = random.Next(20); i > 0; i--)
        {
            _ = Libc.Truncate(descriptor, random.Next(400_000));
            Interlocked.Increment(ref changes);
        }
    }

    /// <summary>Null when a link, or nothing, is in the way.</summary>
    private SafeFileHandle? OpenDirectory(RawPath path)
    {
        int descriptor = Libc.Open(share.ZeroTerminated(), DirectoryOnly | NoFollow | CloseOnExec, 0);
        var current = new SafeFileHandle(descriptor, ownsHandle: true);
        foreach (string name in path.Bytes.IsEmpty ? [] : System.Text.Encoding.UTF8.GetString(path.Bytes).Split('/'))
        {
            using SafeFileHandle above = current;
            byte[] entry = ((RawPath)name).ZeroTerminated();
            descriptor = Libc.OpenAt(Number(above), entry, DirectoryOnly | NoFollow | CloseOnExec, 0);
            if (descriptor < 0)
            {
                return null;
            }
            current = new SafeFileHandle(descriptor, ownsHandle: true);
        }
        return current;
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
