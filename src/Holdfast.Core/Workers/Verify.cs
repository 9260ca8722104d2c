using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Check;

namespace Holdfast.Core.Workers;

/// <summary>
/// Looks a project's repository over beside its backups: all of its structure, and a part of its bytes, so that every byte
/// is read within the period. What it finds wrong is said on the backups that have it, and to their project. A run that
/// dies has said nothing, and begins again.
/// </summary>
public sealed class Verify(ICatalog catalog, ProjectRepositories repositories, CoreOptions options, TimeProvider time)
    : IOperationHandler
{
    /// <summary>How often; <see cref="Scheduling.Maintenance"/> sees to it.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromDays(1);

    /// <summary>Bytes that every run reads where there are so many: a small repository is read whole each time.</summary>
    private const long LeastSize = 256 << 20;

    /// <summary>Each stands in the repository's row.</summary>
    internal const int MostDamagedPacks = 10_000;
    private const int FindingsKept = 20;

    private const string Damaged = "Some of its data in the repository is damaged; what is not can still be restored.";
    private const string Gone = "Its snapshot is gone from the repository.";

    public string Kind => OperationKind.Verify;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        string project = claimed.Row.ProjectId;
        ProjectRepository? row = (
            await catalog.ReadAsync(s => s.Repositories.WithVerificationAsync(project), cancellationToken)
        ).SingleOrDefault();
        if (row is null)
        {
            await claimed.SucceedAsync((_, _) => Task.CompletedTask, cancellationToken);
            return;
        }
        // Before anything is looked at: what is named now is there now.
        IReadOnlyList<Backup> backups = await catalog.ReadAsync(
            session => session.Backups.WithDataAsync(project),
            cancellationToken
        );
        DateTimeOffset began = time.Now();
        Verification former = Verification.Of(row.Verification);
        CheckReport report;
        IReadOnlySet<Id> missing;
        try
        {
            (report, missing) = await CheckAsync(claimed, former, backups, cancellationToken);
        }
        catch (EngineError error) when (!error.Temporary)
        {
            await SayUnreadableAsync(claimed, row, former, error, cancellationToken);
            throw;
        }

        Verification next = Next(former, report, began);
        DateTimeOffset? proven = next.ReadAt.Contains(null)
            ? null
            : Timestamp.FromMicroseconds(next.ReadAt.Min()!.Value);
        Dictionary<string, string?> damage = backups.ToDictionary(
            backup => backup.Id,
            backup => DamageOf(Id.Parse(backup.SnapshotId), report, missing)
        );
        if (report.IsSound && missing.Count == 0)
        {
            await claimed.SucceedAsync(SaveAsync, cancellationToken);
            return;
        }
        if (await claimed.IsHeldAsync(cancellationToken))
        {
            await catalog.WriteAsync(session => SaveAsync(session, time.Now()), cancellationToken);
            throw Refusal(next, damage.Values.Count(one => one is not null));
        }

        async Task SaveAsync(ICatalogSession session, DateTimeOffset now)
        {
            await session.Repositories.VerifiedAsync(project, next.ToText(), proven, now);
            await session.Repositories.MeasuredAsync(
                project,
                report.LogicalBytes,
                report.UniqueBytes,
                report.StoredBytes
            );
            foreach ((string id, string? found) in damage)
            {
                // It may have gone since.
                if (
                    await session.Backups.FindAsync(id) is not { } backup
                    || !BackupRules.CanBeRead(backup)
                    || backup.Damage == found
                )
                {
                    continue;
                }
                if (found is not null)
                {
                    await session.Backups.SetDamageAsync(id, found);
                    await session.TellDamageAsync(claimed.Row, backup, found, now);
                }
                else if (IsWellAgain(backup, next, proven))
                {
                    await session.Backups.ClearDamageAsync(id);
                }
            }
        }
    }

    /// <summary>
    /// Of a backup with which this run has found nothing wrong. What a verification has found damaged is among what each
    /// reads, or is not listed and holds all others up; what a drill has found may be anywhere.
    /// </summary>
    private static bool IsWellAgain(Backup backup, Verification next, DateTimeOffset? proven) =>
        next.PartsLeftOut.Count == 0 && (backup.DrillDamageAt is null || proven > backup.DrillDamageAt);

    /// <summary>
    /// Nothing of the repository can be restored as it is: said on every backup, and once to the project. What was read
    /// before stays read; the first verification that can read it again says of each backup what it finds.
    /// </summary>
    private async Task SayUnreadableAsync(
        ClaimedOperation claimed,
        ProjectRepository row,
        Verification former,
        EngineError error,
        CancellationToken cancellationToken
    )
    {
        if (!await claimed.IsHeldAsync(cancellationToken))
        {
            return;
        }
        Verification next = former with { Findings = [error.Message], BytesRead = 0 };
        string damage = $"Its repository cannot be read: {FailureReason.Public(error)}";
        await catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                await session.Repositories.VerifiedAsync(row.ProjectId, next.ToText(), row.ProvenAt, now);
                Backup? newest = await session.Backups.NewestUndamagedAsync(row.ProjectId);
                if (newest is not null)
                {
                    await session.Backups.SetDamageOfAllAsync(row.ProjectId, damage);
                    await session.TellDamageAsync(claimed.Row, newest, damage, now);
                }
            },
            cancellationToken
        );
    }

    private async Task<(CheckReport Report, IReadOnlySet<Id> Missing)> CheckAsync(
        ClaimedOperation claimed,
        Verification former,
        IReadOnlyList<Backup> backups,
        CancellationToken cancellationToken
    )
    {
        int parts = (int)Math.Ceiling(Verification.Parts * (Every / options.VerifyPeriod));
        CheckOptions check = new()
        {
            ReadData = PackSubset.Turn(
                former.Order(),
                parts,
                LeastSize,
                former.DamagedPacks.Select(pack => Id.Parse(pack)).ToHashSet()
            ),
            NameSnapshots = true,
        };
        LatestStep progress = new();
        claimed.Progress = progress.Read;
        await using Repository repository = await repositories.OpenAsync(claimed.Row, cancellationToken);
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, cancellationToken);
        return await held.WhileHeldAsync<(CheckReport, IReadOnlySet<Id>)>(
            async token =>
            {
                CheckReport report = await CheckRun.RunAsync(repository, check, found: null, progress, token);
                HashSet<Id> missing = [.. backups.Select(backup => Id.Parse(backup.SnapshotId))];
                missing.ExceptWith(await repository.ListSnapshotIdsAsync(token));
                // Some may have been deleted since; of the others the listing is not the truth.
                await repository.RequireAbsentAsync(missing, token);
                return (report, missing);
            },
            cancellationToken
        );
    }

    internal static Verification Next(Verification former, CheckReport report, DateTimeOffset began)
    {
        Id[] damaged = [.. report.DamagedPacksStored.Order()];
        // One that stays left out until its turn has come again with room for all.
        HashSet<byte> leftOut = [.. former.PartsLeftOut.Where(part => !report.FirstBytesRead.Contains(part))];
        leftOut.UnionWith(damaged.Skip(MostDamagedPacks).Select(pack => pack.Bytes[0]));
        long?[] readAt = [.. former.ReadAt];
        foreach (byte part in report.FirstBytesRead.Where(part => !leftOut.Contains(part)))
        {
            readAt[part] = Timestamp.ToMicroseconds(began);
        }
        return new Verification
        {
            ReadAt = readAt,
            DamagedPacks = [.. damaged.Take(MostDamagedPacks).Select(pack => pack.ToString())],
            PartsLeftOut = [.. leftOut.Order()],
            Findings =
            [
                .. report
                    .Findings.Where(finding => finding.Severity == FindingSeverity.Error)
                    .Take(FindingsKept)
                    .Select(finding => $"{finding.Object}: {finding.Message}"),
            ],
            BytesRead = report.BytesRead,
            Packs = report.Packs,
        };
    }

    private static string? DamageOf(Id snapshot, CheckReport report, IReadOnlySet<Id> missing) =>
        missing.Contains(snapshot) ? Gone
        : report.DamagedSnapshots.Contains(snapshot) ? Damaged
        : null;

    private static EngineError Refusal(Verification found, int damaged) =>
        new(
            EngineErrorKind.Damaged,
            temporary: false,
            $"The repository is damaged: {string.Join("; ", found.Findings)}",
            "docs/user/repair.md says what each finding means and what to do."
        )
        {
            PublicMessage =
                damaged == 0
                    ? "Something in the repository is damaged, though no backup needs it."
                    : $"{damaged} backups are damaged; each says so.",
        };
}
