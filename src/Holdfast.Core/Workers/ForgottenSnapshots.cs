using System.Globalization;
using Holdfast.Core.Catalog;
using Holdfast.Core.Sources;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Workers;

/// <summary>
/// Share snapshots beneath a root that no row names: only a catalog put back from a copy leaves any. When each was first
/// seen is a setting, and not asked of the disk, where its times are those of the share's own directory.
/// </summary>
public sealed class ForgottenSnapshots(
    ICatalog catalog,
    ShareSnapshots snapshots,
    ExportsAhead ahead,
    TimeProvider time,
    ILogger<ForgottenSnapshots> logger
)
{
    /// <summary>Removes those that have been seen for that long.</summary>
    /// <exception cref="Engine.EngineError">
    /// <see cref="Engine.EngineErrorKind.Invalid"/>: the catalog is older than the store, so that a newer one may name them.
    /// </exception>
    public async Task RemoveAsync(string root, TimeSpan patience, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> forgotten = await NoteAsync(root, patience, cancellationToken);
        if (forgotten.Count == 0)
        {
            return;
        }
        foreach (ProjectRepository one in await catalog.ReadAsync(s => s.Repositories.ListAsync(), cancellationToken))
        {
            await ahead.RefuseAsync(one.ProjectId, cancellationToken);
        }
        foreach (string id in forgotten)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Log.Forgotten(logger, id, root, patience.TotalHours);
            snapshots.Remove(root, id);
        }
    }

    /// <summary>Notes what is seen for the first time, and crosses out what is gone or has its row again.</summary>
    /// <returns>What was noted that long ago.</returns>
    private async Task<IReadOnlyList<string>> NoteAsync(
        string root,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<string> found = snapshots.Find(root);
        string prefix = $"forgotten-snapshot:{root}/";
        return await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                HashSet<string> unnamed = [];
                foreach (string id in found)
                {
                    if (await session.ShareSnapshots.FindAsync(id) is null)
                    {
                        unnamed.Add(id);
                    }
                }
                foreach (string name in await session.Settings.NamesAsync(prefix))
                {
                    if (!unnamed.Contains(name[prefix.Length..]))
                    {
                        await session.Settings.RemoveAsync(name);
                    }
                }
                List<string> due = [];
                foreach (string id in unnamed)
                {
                    string seen = Timestamp.ToMicroseconds(now).ToString(CultureInfo.InvariantCulture);
                    if (await session.Settings.TryAddAsync(prefix + id, seen))
                    {
                        continue;
                    }
                    string first = (await session.Settings.FindAsync(prefix + id))!;
                    if (now - Timestamp.FromMicroseconds(long.Parse(first, CultureInfo.InvariantCulture)) >= patience)
                    {
                        due.Add(id);
                    }
                }
                return due;
            },
            cancellationToken
        );
    }
}
