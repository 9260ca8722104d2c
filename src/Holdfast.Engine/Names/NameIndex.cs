using System.Buffers;
using System.Buffers.Binary;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Names;

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
    public const int MostBytes = 512 << 20;

    internal const int LeastWritten = 64 << 10;
    private const int CountBytes = sizeof(long);

    /// <summary>After so many entries a search looks whether anybody still waits for it.</summary>
    private const int Stretch = 1024;

    private readonly ReadOnlyMemory<byte> entries;

    private NameIndex(Id tree, long count, ReadOnlyMemory<byte> entries) =>
        (Tree, Count, this.entries) = (tree, count, entries);

    /// <summary>The directory's tree.</summary>
    public Id Tree { get; }

    /// <summary>Entries.</summary>
    public long Count { get; }

    /// <summary>Bytes in memory.</summary>
    public int Size => entries.Length;

    /// <summary>Reads every directory beneath the tree. The repository's index must be loaded.</summary>
    /// <param name="mostBytes">At most <see cref="MostBytes"/>.</param>
    /// <returns>Null when it would be longer than <paramref name="mostBytes"/>.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    public static async Task<NameIndex?> TryMakeAsync(
        Repository repository,
        Id tree,
        int mostBytes,
        CancellationToken cancellationToken
    )
    {
        using MappedWriter written = new(LeastWritten);
        return await TryWriteAsync(repository, tree, written, mostBytes, cancellationToken)
            ? Of(tree, written.WrittenSpan)
            : null;
    }

    /// <summary>Writes it as it is stored: the tree's id, the entries, and in eight bytes how many these are.</summary>
    /// <returns>False when it would be longer than <paramref name="mostBytes"/>.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    internal static async Task<bool> TryWriteAsync(
        Repository repository,
        Id tree,
        MappedWriter to,
        int mostBytes,
        CancellationToken cancellationToken
    )
    {
        to.Write((ReadOnlySpan<byte>)tree);
        long count = 0;
        await foreach ((int depth, Node node) in new TreeBrowser(repository).WalkNodesAsync(tree, cancellationToken))
        {
            Write(to, depth, node);
            count++;
            if (to.Length > mostBytes)
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

    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public NameHits Find(NameSearch search, CancellationToken cancellationToken)
    {
        List<NameHit> found = [];
        long bytes = 0;
        // The names of the directories above, as places in the entries.
        List<Range> above = [];
        PathFinder? unless = search.Unless is { } other ? new(other) : null;
        ReadOnlySpan<byte> all = entries.Span;
        ReadOnlySpan<byte> rest = all;
        for (long number = 0; !rest.IsEmpty; number++)
        {
            if (number % Stretch == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            Entry entry = Next(ref rest, all);
            above.RemoveRange(Math.Min(entry.Depth, above.Count), Math.Max(0, above.Count - entry.Depth));
            unless?.Leave(above.Count);
            above.Add(entry.Name);
            if (
                number < search.From
                || (search.Type is { } type && type != entry.Type)
                || !search.Pattern.Matches(all[entry.Name])
                || (unless?.Find(all, above) is { } known && (search.Type is null || search.Type == known))
            )
            {
                continue;
            }
            if (found.Count >= search.Most || bytes >= search.MostBytes)
            {
                return new NameHits(found, number);
            }
            byte[] path = PathOf(all, above);
            bytes += path.Length;
            found.Add(new NameHit(path, entry.Type, entry.Size, entry.ModifiedAt));
        }
        return new NameHits(found, null);
    }

    private static byte[] PathOf(ReadOnlySpan<byte> all, List<Range> names)
    {
        int length = names.Count - 1;
        foreach (Range name in names)
        {
            length += all[name].Length;
        }
        byte[] path = new byte[length];
        Span<byte> rest = path;
        for (int index = 0; index < names.Count; index++)
        {
            if (index > 0)
            {
                rest[0] = (byte)'/';
                rest = rest[1..];
            }
            ReadOnlySpan<byte> name = all[names[index]];
            name.CopyTo(rest);
            rest = rest[name.Length..];
        }
        return path;
    }

    private static void Write(MappedWriter written, int depth, Node node)
    {
        written.Write([(byte)node.Type]);
        Number(written, (ulong)depth);
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

    /// <summary>Finds paths, each behind the one before in the order of a walk: an index is read once for all of them.</summary>
    private sealed class PathFinder(NameIndex index)
    {
        private int place;
        private Entry? entry;

        /// <summary>So many names of the path that was looked for last were found, and the entry is behind them.</summary>
        private int same;

        /// <summary>What is looked for next begins with no more than so many names of the one before.</summary>
        public void Leave(int names) => same = Math.Min(same, names);

        /// <returns>Of what type it is; null when there is none.</returns>
        public NodeType? Find(ReadOnlySpan<byte> names, List<Range> path)
        {
            ReadOnlySpan<byte> all = index.entries.Span;
            NodeType? found = null;
            while (same < path.Count)
            {
                ReadOnlySpan<byte> name = names[path[same]];
                entry ??= Next(all);
                while (
                    entry is { } passed
                    && (passed.Depth > same || (passed.Depth == same && all[passed.Name].SequenceCompareTo(name) < 0))
                )
                {
                    entry = Next(all);
                }
                if (entry is not { } there || there.Depth < same || !all[there.Name].SequenceEqual(name))
                {
                    return null;
                }
                found = there.Type;
                entry = Next(all);
                same++;
            }
            return found;
        }

        private Entry? Next(ReadOnlySpan<byte> all)
        {
            ReadOnlySpan<byte> rest = all[place..];
            if (rest.IsEmpty)
            {
                return null;
            }
            Entry next = NameIndex.Next(ref rest, all);
            place = all.Length - rest.Length;
            return next;
        }
    }
}
