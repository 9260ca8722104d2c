using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Testing.Files;

/// <summary>Tells of everything that anybody does by name to a tree's directories and files: opens, reads, writes, renames.</summary>
public sealed class TreeWatch : IDisposable
{
    private const int NonBlocking = 0x800;

    // Read, written to, opened, renamed from or to, made, removed. Not: attributes, for a new link to a file changes them.
    private const uint Everything = 0x1 | 0x2 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200;

    private readonly SafeFileHandle queue;
    private readonly Dictionary<int, RawPath> directories = [];

    public TreeWatch(RawPath root)
    {
        queue = new SafeFileHandle(Libc.StartNotification(NonBlocking), ownsHandle: true);
        List<RawPath> all = [root, .. RawFiles.Walk(root).Select(path => root / path)];
        foreach (RawPath directory in all.Where(path => RawFiles.Status(path).Kind == FileKind.Directory))
        {
            int watch = Libc.AddWatch(Descriptor, directory.ZeroTerminated(), Everything);
            directories[watch >= 0 ? watch : throw new IOException($"{directory} cannot be watched.")] = directory;
        }
    }

    private int Descriptor => (int)queue.DangerousGetHandle();

    /// <summary>What has been done since the last time, one line for each.</summary>
    public List<string> Take()
    {
        List<string> events = [];
        byte[] buffer = new byte[64 * 1024];
        for (nint length; (length = Libc.Read(Descriptor, buffer, (nuint)buffer.Length)) > 0; )
        {
            for (ReadOnlySpan<byte> rest = buffer.AsSpan(0, (int)length); !rest.IsEmpty; )
            {
                // struct inotify_event: watch, mask, cookie, length of the name, the name filled up with zeros.
                int watch = BinaryPrimitives.ReadInt32LittleEndian(rest);
                uint mask = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
                int end = 16 + BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
                string name = Encoding.UTF8.GetString(rest[16..end]).TrimEnd('\0');
                events.Add($"0x{mask:x} {directories.GetValueOrDefault(watch)}/{name}");
                rest = rest[end..];
            }
        }
        return events;
    }

    public void Dispose() => queue.Dispose();
}
