using System.Text;
using Holdfast.Core.Operations;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>
/// What claims have made beneath the roots to read from, or have not finished making. An operation's row is there before
/// its first capture and names it, so whatever a crash leaves can be told from what is in use.
/// </summary>
public sealed class Captures(ShareRoots roots)
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
        if (OwnPlace.Find(root, rootName, OwnPlace.Captures) is not { } captures)
        {
            return 0;
        }
        int count = 0;
        List<DirectoryEntry> entries = [];
        Errno errno = captures.TryReadEntries(entries);
        using DirectoryPool pool = DirectoryPool.Beneath(captures, acrossSubvolumes: true);
        string? stayed = errno == Errno.None ? null : errno.Describe();
        TreeRemoval removal = new(pool, (place, name, why) => stayed ??= $"{place.PathOf(name)}: {why.Describe()}");
        foreach (DirectoryEntry entry in entries)
        {
            if (
                ClaimName.TryParse(Encoding.UTF8.GetString(entry.Name), out string operation, out long epoch)
                && !await isLive(operation, epoch)
            )
            {
                count += removal.Remove(pool.Root, entry, cancellationToken) ? 1 : 0;
            }
        }
        return stayed is null
            ? count
            : throw new EngineError(
                EngineErrorKind.Files,
                temporary: true,
                $"What earlier work left in '{OwnPlace.Captures}' of share root '{rootName}' cannot be removed ({stayed}).",
                "Check for immutable files or mounts in it."
            );
    }
}
