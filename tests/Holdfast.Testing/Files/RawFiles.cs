using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Testing.Files;

/// <summary>
/// Files by byte names, never following a link in the last component. Every call throws an <see cref="IOException"/>
/// that names the call, the path and the reason.
/// </summary>
public static class RawFiles
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int WriteCreateTruncate = 0x241;
    private const int NoFollow = 0x20000;
    private const int CloseOnExec = 0x80000;
    private const int NameOffsetInDirectoryEntry = 19;

    /// <summary>Whether devices, owners and trusted attributes can be made here.</summary>
    public static bool IsRoot => Libc.EffectiveUserId() == 0;

    public static FileStatus Status(RawPath path)
    {
        int result = Libc.ReadStatus(Libc.AtCurrentDirectory, path.ZeroTerminated(), Libc.NoFollow, 0x7ff, out var raw);
        Check(result, "lstat", path);
        return new FileStatus(
            (FileKind)(raw.Mode & 0xf000),
            raw.Mode & 0xfff,
            raw.Uid,
            raw.Gid,
            (long)raw.Size,
            (long)raw.Blocks,
            new FileTime(raw.ModifySeconds, (int)raw.ModifyNanoseconds),
            Libc.MakeDevice(raw.DeviceMajor, raw.DeviceMinor),
            raw.Inode,
            raw.Links,
            raw.SpecialMajor,
            raw.SpecialMinor
        );
    }

    public static bool Exists(RawPath path) =>
        Libc.ReadStatus(Libc.AtCurrentDirectory, path.ZeroTerminated(), Libc.NoFollow, 0x7ff, out _) == 0;

    /// <summary>The names in a directory, in byte order, without <c>.</c> and <c>..</c>.</summary>
    public static List<RawPath> List(RawPath path)
    {
        nint directory = Libc.OpenDirectory(path.ZeroTerminated());
        Check(directory == 0 ? -1 : 0, "opendir", path);
        try
        {
            var names = new List<RawPath>();
            for (nint entry; (entry = Libc.ReadDirectory(directory)) != 0; )
            {
                RawPath name = new(BytesAt(entry + NameOffsetInDirectoryEntry));
                if (name != "." && name != "..")
                {
                    names.Add(name);
                }
            }
            names.Sort();
            return names;
        }
        finally
        {
            _ = Libc.CloseDirectory(directory);
        }
    }

    /// <summary>Every entry beneath a directory, relative to it, parents before children; the directory itself is not in it.</summary>
    public static List<RawPath> Walk(RawPath root)
    {
        var found = new List<RawPath>();
        var waiting = new Stack<RawPath>([default]);
        while (waiting.TryPop(out RawPath directory))
        {
            foreach (RawPath name in List(root / directory))
            {
                RawPath path = directory / name;
                found.Add(path);
                if (Status(root / path).Kind == FileKind.Directory)
                {
                    waiting.Push(path);
                }
            }
        }
        return found;
    }

    public static FileStream OpenRead(RawPath path) =>
        new(Open(path, ReadOnly | NoFollow | CloseOnExec), FileAccess.Read, bufferSize: 0);

    /// <summary>Opens an existing file to change it in place.</summary>
    public static FileStream OpenWrite(RawPath path) =>
        new(Open(path, ReadWrite | NoFollow | CloseOnExec), FileAccess.ReadWrite, bufferSize: 0);

    public static FileStream Create(RawPath path) =>
        new(Open(path, WriteCreateTruncate | NoFollow | CloseOnExec), FileAccess.Write, bufferSize: 0);

    public static void Write(RawPath path, ReadOnlySpan<byte> content)
    {
        using FileStream file = Create(path);
        file.Write(content);
    }

    public static void Write(RawPath path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    public static byte[] ReadLink(RawPath path)
    {
        byte[] target = new byte[4096];
        nint length = Libc.ReadLink(path.ZeroTerminated(), target, (nuint)target.Length);
        Check((int)length, "readlink", path);
        return target[..(int)length];
    }

    public static void MakeDirectory(RawPath path) =>
        Check(Libc.MakeDirectory(path.ZeroTerminated(), 0x1ed), "mkdir", path);

    public static void Symlink(RawPath target, RawPath path) =>
        Check(Libc.Symlink(target.ZeroTerminated(), path.ZeroTerminated()), "symlink", path);

    public static void Link(RawPath existing, RawPath path) =>
        Check(Libc.Link(existing.ZeroTerminated(), path.ZeroTerminated()), "link", path);

    /// <summary>Makes a FIFO, a device node (root only) or a socket.</summary>
    public static void MakeNode(RawPath path, FileKind kind, uint major = 0, uint minor = 0) =>
        Check(Libc.MakeNode(path.ZeroTerminated(), (uint)kind | 0x1a4, Libc.MakeDevice(major, minor)), "mknod", path);

    public static void Rename(RawPath from, RawPath to) =>
        Check(Libc.Rename(from.ZeroTerminated(), to.ZeroTerminated()), "rename", from);

    public static void ChangeMode(RawPath path, int permissions) =>
        Check(Libc.ChangeMode(path.ZeroTerminated(), (uint)permissions), "chmod", path);

    public static void ChangeOwner(RawPath path, uint uid, uint gid) =>
        Check(Libc.ChangeOwner(path.ZeroTerminated(), uid, gid), "lchown", path);

    public static void SetModifyTime(RawPath path, FileTime time)
    {
        var spec = new Libc.TimeSpec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
        int result = Libc.SetTimes(Libc.AtCurrentDirectory, path.ZeroTerminated(), [spec, spec], Libc.NoFollow);
        Check(result, "utimensat", path);
    }

    public static void SetAttribute(RawPath path, string name, ReadOnlySpan<byte> value) =>
        SetAttribute(path, Encoding.UTF8.GetBytes(name), value);

    /// <summary>The same with a raw name: the kernel asks for no encoding.</summary>
    public static void SetAttribute(RawPath path, byte[] name, ReadOnlySpan<byte> value) =>
        Check(
            Libc.SetAttribute(path.ZeroTerminated(), [.. name, 0], value.ToArray(), (nuint)value.Length, 0),
            $"lsetxattr {Encoding.UTF8.GetString(name)}",
            path
        );

    public static void RemoveAttribute(RawPath path, string name) =>
        Check(Libc.RemoveAttribute(path.ZeroTerminated(), Encoded(name)), $"lremovexattr {name}", path);

    /// <summary>All extended attributes, ACLs and capabilities included; <c>security.selinux</c> is the machine's and left out.</summary>
    public static SortedDictionary<string, byte[]> Attributes(RawPath path)
    {
        var attributes = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        byte[] names = Fill(
            "llistxattr",
            path,
            buffer => Libc.ListAttributes(path.ZeroTerminated(), buffer, (nuint)buffer.Length)
        );
        foreach (string name in Encoding.UTF8.GetString(names).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            byte[] value = Fill(
                $"lgetxattr {name}",
                path,
                buffer => Libc.GetAttribute(path.ZeroTerminated(), Encoded(name), buffer, (nuint)buffer.Length)
            );
            attributes.Add(name, value);
        }
        attributes.Remove("security.selinux");
        return attributes;
    }

    /// <summary>Removes an entry and, if it is a directory, all beneath it.</summary>
    public static void Delete(RawPath path)
    {
        bool directory = Status(path).Kind == FileKind.Directory;
        foreach (RawPath name in directory ? List(path) : [])
        {
            Delete(path / name);
        }
        int flags = directory ? Libc.RemoveDirectory : 0;
        Check(Libc.UnlinkAt(Libc.AtCurrentDirectory, path.ZeroTerminated(), flags), "unlink", path);
    }

    /// <summary>Makes <paramref name="depth"/> directories, each in the last, by descriptor: the path may be longer than any call takes.</summary>
    public static void MakeDeep(RawPath directory, string name, int depth)
    {
        const int directoryOnly = 0x10000;
        byte[] encoded = Encoded(name);
        int current = Libc.Open(directory.ZeroTerminated(), directoryOnly | CloseOnExec, 0);
        Check(current, "open", directory);
        for (int level = 0; level < depth; level++)
        {
            Check(Libc.MakeDirectoryAt(current, encoded, 0x1ed), $"mkdirat at depth {level}", directory);
            int next = Libc.OpenAt(current, encoded, directoryOnly | CloseOnExec, 0);
            Check(next, $"openat at depth {level}", directory);
            _ = Libc.Close(current);
            current = next;
        }
        _ = Libc.Close(current);
    }

    private static SafeFileHandle Open(RawPath path, int flags)
    {
        int descriptor = Libc.Open(path.ZeroTerminated(), flags, 0x1a4);
        Check(descriptor, "open", path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // Asked with no room a call tells the length; most entries have no attribute, and are done then.
    private static byte[] Fill(string call, RawPath path, Func<byte[], nint> read)
    {
        nint length = read([]);
        Check((int)length, call, path);
        if (length == 0)
        {
            return [];
        }
        byte[] bytes = new byte[length];
        Check((int)read(bytes), call, path);
        return bytes;
    }

    private static byte[] Encoded(string name) => [.. Encoding.UTF8.GetBytes(name), 0];

    private static unsafe ReadOnlySpan<byte> BytesAt(nint address) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)address);

    private static void Check(int result, string call, RawPath path)
    {
        if (result < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"{call} {path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }
}
