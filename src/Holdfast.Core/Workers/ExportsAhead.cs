using System.Globalization;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>
/// Exports in the store with a higher number than the catalog has given show that it was put back from a copy: it does not
/// know what was done since. The highest such number is remembered, so that later exports do not hide it.
/// </summary>
public sealed class ExportsAhead(ICatalog catalog, ExportStore exports)
{
    /// <returns>The number of the next export, and up to which number older ones are to be kept.</returns>
    public async Task<(long Next, long Kept)> NextAsync(string project, CancellationToken cancellationToken)
    {
        // The store first: a number is taken in the catalog before its object is written.
        IReadOnlyList<long> stored = await exports.NumbersAsync(project, cancellationToken);
        long highest = stored.Count > 0 ? stored[^1] : 0;
        return await catalog.WriteAsync(
            async session =>
            {
                long kept = await ForgottenAsync(session, project, highest);
                if (kept > 0)
                {
                    await session.Settings.SetAsync(Setting(project), kept.ToString(CultureInfo.InvariantCulture));
                }
                return (await session.Repositories.NextExportAsync(project, highest), kept);
            },
            cancellationToken
        );
    }

    /// <summary>Call before anything is removed because no row names it.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>: rows may be missing.</exception>
    public async Task RefuseAsync(string project, CancellationToken cancellationToken)
    {
        IReadOnlyList<long> stored = await exports.NumbersAsync(project, cancellationToken);
        long highest = stored.Count > 0 ? stored[^1] : 0;
        long forgotten = await catalog.ReadAsync(
            session => ForgottenAsync(session, project, highest),
            cancellationToken
        );
        if (stored.Any(number => number <= forgotten))
        {
            string name = ExportStore.Name(project, stored.Last(number => number <= forgotten));
            throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"The catalog is older than the store: it does not know of {name}, so snapshots of project {project} that "
                    + "no backup names may be backups that it has forgotten, and none is removed.",
                "Put a newer copy of the catalog back; or, to give those backups up for good, remove that object and "
                    + "those before it from the store."
            )
            {
                PublicMessage =
                    "The catalog is older than the backup store, so what no backup names may be a backup that it has forgotten, "
                    + "and nothing is removed. The log of the node says how to end this.",
            };
        }
    }

    /// <summary>To be called when the project's exports are removed for good: there is nothing to remember.</summary>
    public static Task ForgetAsync(ICatalogSession session, string project) =>
        session.Settings.RemoveAsync(Setting(project));

    /// <returns>The highest number that another state of the catalog has given; 0 when there is none.</returns>
    private static async Task<long> ForgottenAsync(ICatalogSession session, string project, long highest)
    {
        long remembered = long.Parse(
            await session.Settings.FindAsync(Setting(project)) ?? "0",
            CultureInfo.InvariantCulture
        );
        ProjectRepository? row = await session.Repositories.FindAsync(project);
        return highest > (row?.ExportSequence ?? 0) ? highest : remembered;
    }

    private static string Setting(string project) => "exports-ahead:" + project;
}
