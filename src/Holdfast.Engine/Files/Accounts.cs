using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>
/// The names of users and groups by number, as this host's name service has them; empty for one it does not know.
/// Each is asked for once. Safe for many threads.
/// </summary>
public sealed class Accounts
{
    private const int FirstBuffer = 4096;
    private const int LastBuffer = 1024 * 1024;

    // struct passwd has 48 bytes and struct group 32; the name's pointer is first in both.
    private const int EntryWords = 6;

    private delegate int Lookup(uint number, Span<nint> entry, Span<byte> buffer, out nint found);

    private readonly ConcurrentDictionary<uint, string> users = new();
    private readonly ConcurrentDictionary<uint, string> groups = new();

    public string UserName(uint uid) => users.GetOrAdd(uid, static uid => Find(uid, User));

    public string GroupName(uint gid) => groups.GetOrAdd(gid, static gid => Find(gid, Group));

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
