using System.Text;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// What claims have made beneath the roots to read from, or have not finished making. An operation's row is there before
/// its first capture and names it, so whatever a crash leaves can be told from what is in use.
/// </summary>
public sealed class Captures(Roots roots)
{
    /// <summary>Removes what claims that are over have left beneath the root.</summary>
    /// <param name="isLive">Whether the claim of that operation and epoch still holds.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: something would not go.</exception>
    public async Task<int> RemoveLeftoversAsync(
        string rootName,
        Func<string, long, Task<bool>> isLive,
        CancellationToken cancellationToken
    )
    {
        using DirectoryHandle root = roots.Open(rootName);
        List<byte[]> discarded = await DiscardAsync(root, rootName, isLive);
        if (discarded.Count == 0)
        {
            return 0;
        }
        int count = 0;
        string? stayed = null;
        using DirectoryHandle trash = OwnPlace.Make(root, rootName, OwnPlace.Trash);
        Demand(trash.TryOpenBeneath([], out DirectoryHandle? again), rootName);
        using DirectoryPool pool = DirectoryPool.Beneath(again!, acrossSubvolumes: true);
        TreeRemoval removal = new(pool, (place, name, why) => stayed ??= $"{place.PathOf(name)}: {why.Describe()}");
        foreach (byte[] name in discarded)
        {
            count += removal.Remove(pool.Root, new DirectoryEntry(name, FileType.Unknown), cancellationToken) ? 1 : 0;
        }
        return stayed is null ? count : throw CannotRemove(rootName, stayed);
    }

    /// <summary>
    /// Moves what claims that are over have left beneath the root to its trash: one rename each, after which no worker of
    /// such a claim can publish it, however late it wakes. The bytes are a reap's.
    /// </summary>
    /// <param name="isLive">Whether the claim of that operation and epoch still holds.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>, temporary: something would not go.</exception>
    public async Task DiscardLeftoversAsync(string rootName, Func<string, long, Task<bool>> isLive)
    {
        using DirectoryHandle root = roots.Open(rootName);
        await DiscardAsync(root, rootName, isLive);
    }

    /// <returns>Their names in the trash.</returns>
    private static async Task<List<byte[]>> DiscardAsync(
        DirectoryHandle root,
        string rootName,
        Func<string, long, Task<bool>> isLive
    )
    {
        List<byte[]> discarded = [];
        using DirectoryHandle? captures = OwnPlace.Find(root, rootName, OwnPlace.Captures);
        if (captures is null)
        {
            return discarded;
        }
        List<DirectoryEntry> entries = [];
        Demand(captures.TryReadEntries(entries), rootName);
        foreach (DirectoryEntry entry in entries)
        {
            string claim = Encoding.UTF8.GetString(entry.Name);
            if (ClaimName.TryParse(claim, out string operation, out long epoch) && !await isLive(operation, epoch))
            {
                using DirectoryHandle trash = OwnPlace.Make(root, rootName, OwnPlace.Trash);
                string name = $"{claim}.{Guid.NewGuid():N}";
                Errno errno = TrashBin.TryMove(captures, entry.Name, trash, name);
                if (errno != Errno.ENOENT)
                {
                    Demand(errno, rootName);
                    discarded.Add(Encoding.UTF8.GetBytes(name));
                }
            }
        }
        return discarded;
    }

    private static void Demand(Errno errno, string rootName)
    {
        if (errno != Errno.None)
        {
            throw CannotRemove(rootName, errno.Describe());
        }
    }

    private static EngineError CannotRemove(string rootName, string why) =>
        new(
            EngineErrorKind.Files,
            temporary: true,
            $"What earlier work left in '{OwnPlace.Captures}' of {RootName.Describe(rootName)} cannot be removed ({why}).",
            "Check for immutable files or mounts in it, or in the trash beside it."
        );
}
