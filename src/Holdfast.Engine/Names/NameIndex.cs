using System.Buffers;
using System.Buffers.Binary;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Names;

/// <summary>An entry that a search has found.</summary>
/// <param name="Path">Raw bytes from the directory on, names joined by slashes.</param>
/// <param name="Size">Bytes of a file, else 0.</param>
/// <param name="ModifiedAt">Seconds since 1970.</param>
public readonly record struct NameHit(byte[] Path, NodeType Type, ulong Size, long ModifiedAt);

/// <summary>
/// The names of all that is beneath a directory, one after the other in the order of a walk, so that a search reads memory
/// from its beginning to its end and nothing else. Safe for many threads.
/// </summary>
/// <remarks>
/// Each entry: its type, as <see cref="NodeType"/> counts them; how many directories it is beneath; its name's length and the
/// name; of a file its size; its time. Numbers have seven bits a byte, the lowest first, and the time's sign is its lowest bit.
/// </remarks>
public sealed class NameIndex
{
    /// <summary>Some ten million names. All of them are in memory at once.</summary>
    internal const int MostBytes = 512 << 20;

    internal const int LeastWritten = 64 << 10;
    private const int CountBytes = sizeof(long);

    private readonly ReadOnlyMemory<byte> entries;

    private NameIndex(Id tree, long count, ReadOnlyMemory<byte> entries) =>
        (Tree, Count, this.entries) = (tree, count, entries);

    /// <summary>The directory's tree.</summary>
    public Id Tree { get; }

    /// <summary>Entries.</summary>
    public long Count { get; }

    /// <summary>Bytes in memory.</summary>
    public int Size => entries.Length;

    /// <summary>Reads every directory beneath the tree. The index must be loaded.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    public static async Task<NameIndex> MakeAsync(Repository repository, Id tree, CancellationToken cancellationToken)
    {
        using MappedWriter written = new(LeastWritten);
        return await TryWriteAsync(repository, tree, written, cancellationToken)
            ? Of(tree, written.WrittenSpan)!
            : throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                "There are too many names in the backup to be searched; list its directories."
            );
    }

    /// <summary>Writes it as it is stored: the tree's id, the entries, and in eight bytes how many these are.</summary>
    /// <returns>False when it would be longer than <see cref="MostBytes"/>.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    internal static async Task<bool> TryWriteAsync(
        Repository repository,
        Id tree,
        MappedWriter to,
        CancellationToken cancellationToken
    )
    {
        to.Write((ReadOnlySpan<byte>)tree);
        long count = 0;
        await foreach (BrowseEntry entry in new TreeBrowser(repository).WalkAsync(tree, [], cancellationToken))
        {
            Write(to, entry);
            count++;
            if (to.Length > MostBytes)
            {
                return false;
            }
        }
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(CountBytes), count);
        to.Advance(CountBytes);
        return true;
    }

    /// <returns>Null when it is not what <see cref="TryWriteAsync"/> has written of that tree.</returns>
    internal static NameIndex? Of(Id tree, ReadOnlySpan<byte> stored) =>
        stored.Length >= Id.Size + CountBytes && stored[..Id.Size].SequenceEqual((ReadOnlySpan<byte>)tree)
            ? new NameIndex(
                tree,
                BinaryPrimitives.ReadInt64LittleEndian(stored[^CountBytes..]),
                stored[Id.Size..^CountBytes].ToArray()
            )
            : null;

    /// <summary>What matches, in the order of a walk.</summary>
    /// <param name="type">Entries of this type alone; null: of any.</param>
    /// <param name="most">At most so many.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public List<NameHit> Find(NamePattern pattern, NodeType? type, int most)
    {
        List<NameHit> found = [];
        // The names of the directories above, as places in the entries.
        List<Range> above = [];
        ReadOnlySpan<byte> all = entries.Span;
        ReadOnlySpan<byte> rest = all;
        while (!rest.IsEmpty && found.Count < most)
        {
            Entry entry = Next(ref rest, all);
            above.RemoveRange(Math.Min(entry.Depth, above.Count), Math.Max(0, above.Count - entry.Depth));
            above.Add(entry.Name);
            if ((type is null || type == entry.Type) && pattern.Matches(all[entry.Name]))
            {
                found.Add(new NameHit(PathOf(all, above), entry.Type, entry.Size, entry.ModifiedAt));
            }
        }
        return found;
    }

    private static byte[] PathOf(ReadOnlySpan<byte> all, List<Range> names)
    {
        ArrayBufferWriter<byte> path = new();
        for (int index = 0; index < names.Count; index++)
        {
            path.Write(index == 0 ? [] : "/"u8);
            path.Write(all[names[index]]);
        }
        return path.WrittenSpan.ToArray();
    }

    private static void Write(MappedWriter written, BrowseEntry entry)
    {
        Node node = entry.Node;
        written.Write([(byte)node.Type]);
        Number(written, (ulong)entry.Path.AsSpan().Count((byte)'/') - 1);
        Number(written, (ulong)node.Name.Length);
        written.Write(node.Name);
        if (node.Type == NodeType.File)
        {
            Number(written, node.Size);
        }
        Number(written, (ulong)((node.ModifyTime.Seconds << 1) ^ (node.ModifyTime.Seconds >> 63)));
    }

    private static void Number(MappedWriter written, ulong number)
    {
        Span<byte> bytes = written.GetSpan(10);
        int length = 0;
        for (; number > 0x7F; number >>= 7)
        {
            bytes[length++] = (byte)(number | 0x80);
        }
        bytes[length++] = (byte)number;
        written.Advance(length);
    }

    private static Entry Next(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> all)
    {
        NodeType type = (NodeType)rest[0];
        rest = rest[1..];
        ulong size = 0;
        if (
            !TryNumber(ref rest, out ulong depth)
            || !TryNumber(ref rest, out ulong length)
            || length > (ulong)rest.Length
            || depth > int.MaxValue
        )
        {
            throw Damaged();
        }
        int start = all.Length - rest.Length;
        Range name = start..(start + (int)length);
        rest = rest[(int)length..];
        if ((type == NodeType.File && !TryNumber(ref rest, out size)) || !TryNumber(ref rest, out ulong time))
        {
            throw Damaged();
        }
        return new Entry(type, (int)depth, name, size, (long)(time >> 1) ^ -(long)(time & 1));
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> rest, out ulong number)
    {
        number = 0;
        for (int index = 0; index < Math.Min(rest.Length, 10); index++)
        {
            number |= (ulong)(rest[index] & 0x7F) << (7 * index);
            if (rest[index] < 0x80)
            {
                rest = rest[(index + 1)..];
                return true;
            }
        }
        return false;
    }

    private static EngineError Damaged() =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            "An index of names is not what was stored.",
            "Remove the repository's folder 'names': it is made again."
        );

    private readonly record struct Entry(NodeType Type, int Depth, Range Name, ulong Size, long ModifiedAt);
}
