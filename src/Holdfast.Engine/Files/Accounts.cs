using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>
/// The names of users and groups by number, as this host's name service has them; empty for one it does not know.
/// Each is asked for once, as long as they are not too many. Safe for many threads.
/// </summary>
public sealed class Accounts
{
    /// <summary>A tenant can make a file for every number there is.</summary>
    private const int MostKept = 1 << 16;

    private const int FirstBuffer = 4096;
    private const int LastBuffer = 1024 * 1024;

    // struct passwd has 48 bytes and struct group 32; the name's pointer is first in both.
    private const int EntryWords = 6;

    private delegate int Lookup(uint number, Span<nint> entry, Span<byte> buffer, out nint found);

    private readonly ConcurrentDictionary<uint, string> users = new();
    private readonly ConcurrentDictionary<uint, string> groups = new();

    private int kept;

    public string UserName(uint uid) => NameOf(uid, users, User);

    public string GroupName(uint gid) => NameOf(gid, groups, Group);

    private string NameOf(uint number, ConcurrentDictionary<uint, string> names, Lookup lookup)
    {
        if (!names.TryGetValue(number, out string? name))
        {
            name = Find(number, lookup);
            if (Volatile.Read(ref kept) < MostKept && names.TryAdd(number, name))
            {
                Interlocked.Increment(ref kept);
            }
        }
        return name;
    }

    private static string Find(uint number, Lookup lookup)
    {
        Span<nint> entry = stackalloc nint[EntryWords];
        for (int size = FirstBuffer; size <= LastBuffer; size *= 4)
        {
            // The entry points into the buffer, so it may not move.
            byte[] buffer = GC.AllocateUninitializedArray<byte>(size, pinned: true);
            int error = lookup(number, entry, buffer, out nint found);
            if (error != (int)Errno.ERANGE)
            {
                return error == 0 && found != 0 ? Marshal.PtrToStringUTF8(entry[0]) ?? "" : "";
            }
        }
        return "";
    }

    private static unsafe int User(uint uid, Span<nint> entry, Span<byte> buffer, out nint found)
    {
        fixed (byte* start = buffer)
        {
            return Libc.GetUser(uid, entry, start, (nuint)buffer.Length, out found);
        }
    }

    private static unsafe int Group(uint gid, Span<nint> entry, Span<byte> buffer, out nint found)
    {
        fixed (byte* start = buffer)
        {
            return Libc.GetGroup(gid, entry, start, (nuint)buffer.Length, out found);
        }
    }
}
