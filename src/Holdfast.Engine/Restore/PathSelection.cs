using Holdfast.Engine.Browse;

namespace Holdfast.Engine.Restore;

/// <summary>
/// The entries of a directory that are put back, of a few chosen paths: each with all that is in it, and nothing beside
/// them. A directory on the way to one is made when it is not there, and is otherwise left as it is.
/// </summary>
public sealed class PathSelection
{
    // Null is the entry as a whole.
    private readonly Dictionary<byte[], PathSelection?> chosen = new(NameComparer.Instance);

    private PathSelection() { }

    /// <summary>How many entries of the directory are chosen, or on the way to one.</summary>
    public int Count => chosen.Count;

    internal IEnumerable<byte[]> Names => chosen.Keys;

    /// <param name="paths">Names joined by slashes, from the tree's root; what is in another one is chosen with it.</param>
    /// <returns>Null when an empty path is among them: all is chosen.</returns>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static PathSelection? Of(IEnumerable<ReadOnlyMemory<byte>> paths)
    {
        PathSelection root = new();
        foreach (ReadOnlyMemory<byte> path in paths)
        {
            List<byte[]> names = TreeBrowser.Split(path.Span);
            if (names.Count == 0)
            {
                return null;
            }
            root.Add(names);
        }
        return root.Count > 0 ? root : throw new ArgumentException("No path is chosen.", nameof(paths));
    }

    /// <param name="inside">What of it is chosen; null for all.</param>
    internal bool TryFind(byte[] name, out PathSelection? inside) => chosen.TryGetValue(name, out inside);

    private void Add(List<byte[]> names)
    {
        PathSelection place = this;
        foreach (byte[] name in names[..^1])
        {
            if (!place.chosen.TryGetValue(name, out PathSelection? next))
            {
                place.chosen[name] = next = new PathSelection();
            }
            if (next is null)
            {
                return;
            }
            place = next;
        }
        place.chosen[names[^1]] = null;
    }

    private sealed class NameComparer : IEqualityComparer<byte[]>
    {
        public static readonly NameComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            HashCode hash = default;
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
