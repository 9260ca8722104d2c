using Holdfast.Engine;

namespace Holdfast.Cli.Repo;

/// <summary>
/// Snapshots that cannot be read: of them nothing but the whole id is known. No policy and no prefix removes one, and while
/// there is one nothing else is removed either.
/// </summary>
internal static class DamagedSnapshots
{
    /// <returns>Those of the names that are whole ids of damaged snapshots.</returns>
    public static async Task<HashSet<Id>> FindAsync(RepoSession session, IEnumerable<string> names)
    {
        HashSet<Id> damaged = [];
        foreach (string name in names)
        {
            if (Id.TryParse(name, out Id id) && await IsDamagedAsync(session, id))
            {
                _ = damaged.Add(id);
            }
        }
        return damaged;
    }

    /// <exception cref="CommandError">Others were named beside them.</exception>
    public static async Task<int> RemoveAsync(
        RepoSession session,
        Output output,
        IReadOnlyCollection<string> names,
        IReadOnlyCollection<Id> damaged,
        bool dryRun
    )
    {
        if (damaged.Count < names.Distinct(StringComparer.Ordinal).Count())
        {
            throw new CommandError(
                ExitCode.Failed,
                "damaged snapshots are removed alone, so nothing was removed",
                $"Name only these: {string.Join(' ', damaged)}"
            );
        }
        output.Object(Array.Empty<ForgetGroupObject>());
        if (dryRun)
        {
            output.Note($"{damaged.Count} damaged snapshots would be removed; nothing was changed.");
            return ExitCode.Ok;
        }
        foreach (Id id in damaged)
        {
            await session.Repository.DeleteSnapshotAsync(id, session.Stop);
        }
        output.Note($"{damaged.Count} damaged snapshots were removed.");
        return ExitCode.Ok;
    }

    private static async Task<bool> IsDamagedAsync(RepoSession session, Id id)
    {
        try
        {
            _ = await session.Repository.LoadSnapshotAsync(id, session.Stop);
            return false;
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.Damaged)
        {
            return true;
        }
        catch (EngineError error) when (error.Kind is EngineErrorKind.NotFound)
        {
            return false; // Whoever looks for it next says so.
        }
    }
}
