using System.Globalization;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;

namespace Holdfast.Core.Keys;

/// <summary>What goes with a project's key.</summary>
/// <param name="Backups">Those that have data.</param>
/// <param name="Sharings">Those of its backups with others.</param>
public sealed record DestroyedKey(int Backups, int Sharings);

/// <summary>
/// Makes a project's backups unreadable for good. First the catalog says so, in one transaction; then the key goes, in the
/// keyring and in the repository, then the exports and the rest of the repository, which nobody could read. Whoever dies
/// in between has the next call end it. The project's next backup makes a new repository.
/// </summary>
public sealed class KeyDestruction(
    ICatalog catalog,
    MasterKey master,
    Keyring keyring,
    ExportStore exports,
    Repositories repositories,
    TimeProvider time
)
{
    private const string Reason = "The key of the project was destroyed, and with it the backup's data.";
    private const string Waits = "It waits until the project's former key is destroyed.";
    private const string UnderWay = "destroying-key:";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int Pauses = 100;

    /// <summary>Whether the project's key is being destroyed, or whoever was at it has died.</summary>
    public static async Task<bool> IsUnderWayAsync(ICatalogSession session, string project) =>
        await session.Settings.FindAsync(UnderWay + project) is not null;

    /// <summary>What would be destroyed; null when there is nothing.</summary>
    /// <exception cref="ServiceError">No catalog, or another master key than its own.</exception>
    public async Task<DestroyedKey?> FindAsync(string project, CancellationToken cancellationToken)
    {
        await master.LoadAsync(cancellationToken);
        (DestroyedKey rows, bool known) = await catalog.ReadAsync(
            async session =>
            {
                int backups = (await session.Backups.AvailableAsync(project)).Count;
                int sharings = (await session.Sharings.GivenByAsync(project, time.Now())).Count;
                bool repository = await session.Repositories.FindAsync(project) is not null;
                return (new DestroyedKey(backups, sharings), repository || await IsUnderWayAsync(session, project));
            },
            cancellationToken
        );
        return
            known
            || await repositories.ExistsAsync(project, cancellationToken)
            || (await keyring.ProjectsAsync(cancellationToken)).Contains(project, StringComparer.Ordinal)
            ? rows
            : null;
    }

    /// <summary>Destroys it, or what an interrupted call has left of it.</summary>
    /// <exception cref="ServiceError">
    /// As <see cref="FindAsync"/>; <see cref="ServiceErrorKind.Conflict"/>: the repository is being worked on, its key is being changed, or a backup is held. Then
    /// nothing was removed: call it again.
    /// </exception>
    /// <exception cref="EngineError">The store failed: call it again.</exception>
    public async Task<DestroyedKey> DestroyAsync(string project, CancellationToken cancellationToken)
    {
        await master.LoadAsync(cancellationToken);
        KeyLease lease = new(catalog, master, time, project);
        DestroyedKey destroyed = await catalog.WriteAsync(
            async session =>
            {
                await lease.TakeAsync(session);
                return await GiveUpAsync(session, project, time.Now());
            },
            cancellationToken
        );
        try
        {
            await WaitForClaimsAsync(project, cancellationToken);
            // What is there after somebody else has ended this is the project's next key, and its next repository.
            await lease.KeepAsync(cancellationToken);
            await keyring.RemoveAsync(project, cancellationToken);
            await lease.KeepAsync(cancellationToken);
            await exports.RemoveAsync(project, cancellationToken);
            await repositories.DestroyAsync(project, lease.KeepAsync, cancellationToken);
            await catalog.WriteAsync(
                async session =>
                {
                    await ExportsAhead.ForgetAsync(session, project);
                    await session.Settings.RemoveAsync(UnderWay + project);
                },
                cancellationToken
            );
            return destroyed;
        }
        finally
        {
            await lease.ReleaseAsync();
        }
    }

    /// <summary>
    /// A claim of now sees that the key is being destroyed, and goes back to the queue. One that was made while that was
    /// not committed yet may have missed it.
    /// </summary>
    private async Task WaitForClaimsAsync(string project, CancellationToken cancellationToken)
    {
        for (int looks = 0; ; looks++)
        {
            IReadOnlyList<Operation> operations = await catalog.ReadAsync(
                session => session.Operations.OfRepositoryAsync(project, time.Now()),
                cancellationToken
            );
            if (Busy(operations) is not { } busy)
            {
                return;
            }
            if (looks == Pauses)
            {
                throw IsBusy(project, busy);
            }
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static Operation? Busy(IReadOnlyList<Operation> operations) =>
        operations.FirstOrDefault(one => one.Status != OperationStatus.Queued);

    private static ServiceError IsBusy(string project, Operation busy) =>
        ServiceError.Conflict(
            $"Operation {busy.Id} ({busy.Kind}) is at work on the repository of project {project}. Let it end, or cancel it, and run the same again."
        );

    /// <summary>The catalog's part: what it says afterwards is true as soon as the key is gone.</summary>
    private static async Task<DestroyedKey> GiveUpAsync(ICatalogSession session, string project, DateTimeOffset now)
    {
        IReadOnlyList<Operation> operations = await session.Operations.OfRepositoryAsync(project, now);
        if (Busy(operations) is { } busy)
        {
            throw IsBusy(project, busy);
        }
        if (await session.Holds.OfProjectAsync(project, now) is [var held, ..])
        {
            throw ServiceError.Conflict(
                $"Backup {held.BackupId} of project {project} is held {HoldRules.Until(held)}. An administrator has to lift its holds first: holdfast hold list --all-projects."
            );
        }
        // From now on no export is queued, and no maintenance.
        await session.Repositories.RemoveAsync(project);
        await session.Settings.SetAsync(UnderWay + project, "");
        // A backup that has not begun makes a new repository; one that is to be deleted is deleted.
        ILookup<bool, Operation> over = operations.ToLookup(one =>
            one.PinnedSnapshotId is not null || one.Kind == OperationKind.ExportProject
        );
        await OperationEnd.CancelAllAsync(session, [.. over[true]], Reason, now);
        foreach (Operation waiting in over[false])
        {
            // Written to, so that no worker claims it before this is committed.
            await session.Operations.SetMessageAsync(waiting, Waits);
        }
        IReadOnlyList<Sharing> sharings = await session.Sharings.GivenByAsync(project, now);
        foreach (Sharing sharing in sharings)
        {
            await SharingRules.EndAsync(session, sharing, AuditAction.CancelSharing, caller: null, now);
        }
        int backups = await session.Backups.LoseAllAsync(project, Reason, now);
        DestroyedKey destroyed = new(backups, sharings.Count);
        await session.NoteByHostAsync(
            AuditAction.DestroyKey,
            project,
            now,
            new Dictionary<string, string?>
            {
                ["backups"] = destroyed.Backups.ToString(CultureInfo.InvariantCulture),
                ["sharings"] = destroyed.Sharings.ToString(CultureInfo.InvariantCulture),
            }
        );
        return destroyed;
    }
}
