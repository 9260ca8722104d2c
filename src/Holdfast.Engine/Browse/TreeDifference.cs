using System.Runtime.CompilerServices;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Browse;

public enum TreeChangeKind
{
    Added,
    Removed,

    /// <summary>Of another type: a directory that became a file, and the like.</summary>
    Type,

    /// <summary>A file's bytes, a link's target, a device's numbers.</summary>
    Content,

    /// <summary>Owner, mode, time of change or extended attributes, and nothing else.</summary>
    Metadata,
}

/// <summary>What became of one entry.</summary>
/// <param name="Path">Raw bytes, names joined by slashes, without one at the beginning.</param>
/// <param name="Before">Null when it was added.</param>
/// <param name="After">Null when it was removed.</param>
public readonly record struct TreeChange(byte[] Path, TreeChangeKind Kind, Node? Before, Node? After);

/// <summary>
/// What differs between two directories of one repository, with all that is beneath them. Directories that are the same are not
/// read. The index must be loaded.
/// </summary>
public sealed class TreeDifference(Repository repository)
{
    /// <summary>A directory before what is in it, siblings in the order of their names' bytes.</summary>
    /// <param name="before">Null: there was none, and everything was added.</param>
    /// <param name="after">Null: there is none, and everything was removed.</param>
    /// <param name="behind">Changes up to this path, and it, are left out; empty leaves out none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, <see cref="EngineErrorKind.Store"/>.</exception>
    public async IAsyncEnumerable<TreeChange> CompareAsync(
        Id? before,
        Id? after,
        byte[] behind,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        TreeBlobs trees = new(repository, cancellationToken);
        Stack<Level> open = new();
        open.Push(await OpenAsync(trees, before, after, [], behind));
        while (open.TryPeek(out Level? level))
        {
            if (!level.TryTakeNext(out Node? was, out Node? now, out byte[] rest, out bool isBehind))
            {
                _ = open.Pop();
                continue;
            }
            byte[] name = (was ?? now)!.Name;
            if (isBehind && KindOf(was, now) is { } kind)
            {
                yield return new TreeChange(PathOf(open, name), kind, was, now);
            }
            if (was?.Subtree != now?.Subtree)
            {
                open.Push(await OpenAsync(trees, was?.Subtree, now?.Subtree, name, rest));
            }
        }
    }

    /// <returns>Null when they are the same but for what is beneath them.</returns>
    public static TreeChangeKind? KindOf(Node? was, Node? now) =>
        was is null ? TreeChangeKind.Added
        : now is null ? TreeChangeKind.Removed
        : was.Type != now.Type ? TreeChangeKind.Type
        : !HaveSameContent(was, now) ? TreeChangeKind.Content
        : !HaveSameMetadata(was, now) ? TreeChangeKind.Metadata
        : null;

    private static bool HaveSameContent(Node was, Node now) =>
        (was.Content ?? []).SequenceEqual(now.Content ?? [])
        && was.LinkTarget.AsSpan().SequenceEqual(now.LinkTarget)
        && was.Device == now.Device;

    /// <summary>Times of reading, inodes and counts of links are the file system's matter.</summary>
    private static bool HaveSameMetadata(Node was, Node now) =>
        was.Mode == now.Mode
        && was.Uid == now.Uid
        && was.Gid == now.Gid
        && was.ModifyTime == now.ModifyTime
        && was.ExtendedAttributes.Count == now.ExtendedAttributes.Count
        && was.ExtendedAttributes.Zip(now.ExtendedAttributes)
            .All(pair =>
                pair.First.Name.AsSpan().SequenceEqual(pair.Second.Name)
                && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value)
            );

    private static async Task<Level> OpenAsync(TreeBlobs trees, Id? before, Id? after, byte[] name, byte[] behind) =>
        new(name, await ReadAsync(trees, before), await ReadAsync(trees, after), behind);

    /// <param name="above">The innermost directory first; the outermost has no name.</param>
    private static byte[] PathOf(Stack<Level> above, byte[] name)
    {
        byte[] path = new byte[above.Sum(level => level.Name.Length + 1) - 1 + name.Length];
        int start = path.Length - name.Length;
        name.CopyTo(path, start);
        foreach (Level level in above.SkipLast(1))
        {
            path[--start] = (byte)'/';
            start -= level.Name.Length;
            level.Name.CopyTo(path, start);
        }
        return path;
    }

    private static async Task<List<Node>> ReadAsync(TreeBlobs trees, Id? tree)
    {
        if (tree is not { } id)
        {
            return [];
        }
        using PooledBytes json = await trees.LoadAsync(id);
        return TreeReader.Read(json.Span);
    }

    /// <summary>Two directories side by side.</summary>
    /// <param name="behind">Beneath these, what is up to this path was dealt with before.</param>
    private sealed class Level(byte[] name, List<Node> before, List<Node> after, byte[] behind)
    {
        private int nextBefore;
        private int nextAfter;

        public byte[] Name => name;

        /// <summary>The entry that comes next, on either side or on both.</summary>
        /// <param name="rest">What was dealt with before beneath the entry.</param>
        /// <param name="isBehind">Whether the entry itself was not.</param>
        public bool TryTakeNext(out Node? was, out Node? now, out byte[] rest, out bool isBehind)
        {
            int slash = behind.AsSpan().IndexOf((byte)'/');
            ReadOnlySpan<byte> from = slash < 0 ? behind : behind.AsSpan(0, slash);
            do
            {
                was = nextBefore < before.Count ? before[nextBefore] : null;
                now = nextAfter < after.Count ? after[nextAfter] : null;
                if (was is null && now is null)
                {
                    rest = [];
                    isBehind = false;
                    return false;
                }
                int order =
                    was is null ? 1
                    : now is null ? -1
                    : was.Name.AsSpan().SequenceCompareTo(now.Name);
                (was, now) = (order <= 0 ? was : null, order >= 0 ? now : null);
                nextBefore += was is null ? 0 : 1;
                nextAfter += now is null ? 0 : 1;
            } while (from.SequenceCompareTo((was ?? now)!.Name) > 0);
            bool isOnTheWay = from.SequenceEqual((was ?? now)!.Name);
            isBehind = !isOnTheWay;
            rest = isOnTheWay && slash >= 0 ? behind[(slash + 1)..] : [];
            return true;
        }
    }
}
