using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine.Maintenance.Forget;

namespace Holdfast.Core.Services;

/// <summary>What becomes of a backup by its schedule's retention.</summary>
/// <param name="Goes">Whether it would be deleted now.</param>
/// <param name="Reasons">Why it stays; or of one that goes, why.</param>
public sealed record RetainedBackup(Backup Backup, bool Goes, IReadOnlyList<string> Reasons);

/// <summary>
/// Which backups of a schedule go and which stay: the same for whoever asks beforehand and for the scheduler. Never goes
/// what is shared or held, what somebody works on, or the only good backup that is left of a share or volume.
/// </summary>
internal static class RetentionPlan
{
    public const string NoRule = "no rule keeps it";
    private const string Failed = "it failed, and there is a later one";

    /// <returns>The schedule's backups, newest first.</returns>
    public static async Task<IReadOnlyList<RetainedBackup>> MakeAsync(
        ICatalogSession session,
        Schedule schedule,
        DateTimeOffset now
    )
    {
        IReadOnlyList<Backup> backups = await session.Backups.OfScheduleAsync(schedule.Id);
        Backup? newest = await session.Backups.NewestGoodAsync(
            schedule.ProjectId,
            schedule.SourceId,
            ofVolume: schedule.VolumeId is not null
        );
        ILookup<string, Hold> holds = (await session.Holds.OfScheduleAsync(schedule.Id)).ToLookup(hold =>
            hold.BackupId
        );
        ILookup<string, Sharing> sharings = (await session.Sharings.OfScheduleAsync(schedule.Id)).ToLookup(sharing =>
            sharing.BackupId
        );
        return Make(
            schedule,
            backups,
            backup => Protections(backup, newest, holds[backup.Id], sharings[backup.Id], now),
            now
        );
    }

    private static List<RetainedBackup> Make(
        Schedule schedule,
        IReadOnlyList<Backup> newestFirst,
        Func<Backup, IEnumerable<string>> protections,
        DateTimeOffset now
    )
    {
        KeepPolicy policy = ScheduleRules.Policy(schedule.Retention);
        TimeZoneInfo zone = ScheduleRules.Zone(schedule);
        Backup[] good =
        [
            .. newestFirst
                .Where(backup => BackupRules.CanBeRead(backup) && backup.Damage is null)
                .OrderByDescending(TakenAt)
                .ThenBy(backup => backup.Id),
        ];
        IReadOnlyList<IReadOnlyList<string>> reasons = policy.Reasons(
            [.. good.Select(backup => TimeZoneInfo.ConvertTime(TakenAt(backup), zone))],
            now
        );
        Dictionary<string, IReadOnlyList<string>> kept = good.Zip(reasons)
            .ToDictionary(pair => pair.First.Id, pair => pair.Second);
        List<RetainedBackup> plan = [];
        foreach (Backup backup in newestFirst)
        {
            bool isGood = kept.TryGetValue(backup.Id, out IReadOnlyList<string>? rules);
            // One that has a snapshot was made: somebody has set its status by hand.
            bool failed =
                backup is { Status: BackupStatus.Error, SnapshotId: null }
                && newestFirst.Any(later =>
                    later.CreatedAt > backup.CreatedAt && later.Status != BackupStatus.Creating
                );
            List<string> stays = [.. protections(backup)];
            if (isGood)
            {
                stays.AddRange(policy.IsEmpty ? ["the schedule keeps all"] : rules!);
            }
            else if (!failed)
            {
                stays.Add(backup.Damage is null ? $"it is '{backup.Status}'" : "it is damaged, and no rule counts it");
            }
            plan.Add(
                stays.Count == 0
                    ? new RetainedBackup(backup, Goes: true, [failed ? Failed : NoRule])
                    : new RetainedBackup(backup, Goes: false, stays)
            );
        }
        return plan;
    }

    /// <summary>What keeps the backup whatever the rules say.</summary>
    private static IEnumerable<string> Protections(
        Backup backup,
        Backup? newestGood,
        IEnumerable<Hold> holds,
        IEnumerable<Sharing> sharings,
        DateTimeOffset now
    )
    {
        if (backup.Id == newestGood?.Id)
        {
            yield return "the newest good backup that is left";
        }
        if (backup.Status == BackupStatus.Restoring)
        {
            yield return "it is being restored";
        }
        if (holds.FirstOrDefault(hold => hold.Holds(now)) is { } held)
        {
            yield return $"held {HoldRules.Until(held)}";
        }
        if (sharings.Any(sharing => SharingRules.IsLive(sharing, now) && sharing.State != SharingState.Rejected))
        {
            yield return "shared with another project";
        }
    }

    private static DateTimeOffset TakenAt(Backup backup) => backup.DataAt ?? backup.CreatedAt;
}
