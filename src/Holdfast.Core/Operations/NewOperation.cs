using System.Diagnostics;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Operations;

/// <summary>Makes operations, and queues them.</summary>
public static class NewOperation
{
    /// <summary>An operation that a caller asked for.</summary>
    public static Operation Of(string kind, Caller caller, DateTimeOffset now) =>
        Of(kind, caller.ProjectId, now) with
        {
            UserId = caller.UserId,
            RequestId = caller.RequestId,
            TraceParent = Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } request
                ? request.Id
                : null,
            AskedByAdmin = caller.IsAdmin,
        };

    /// <summary>An operation of the service's own.</summary>
    public static Operation Of(string kind, string projectId, DateTimeOffset now) =>
        new()
        {
            Id = Guid.NewGuid().ToString(),
            Kind = kind,
            ProjectId = projectId,
            UserId = "",
            RequestId = "",
            Status = OperationStatus.Queued,
            Priority = OperationPriority.Of(kind),
            Epoch = 1,
            NotBefore = now,
            CreatedAt = now,
            UpdatedAt = now,
        };

    /// <summary>Gives the share the status <c>deleting</c>, whatever it had, and queues its removal.</summary>
    /// <param name="caller">Who asked for it; null when its time in the recycle bin is over.</param>
    public static async Task QueueDeleteAsync(
        this ICatalogSession session,
        Share share,
        Caller? caller,
        DateTimeOffset now
    )
    {
        await session.Shares.SetStatusAsync(share.Id, from: null, ShareStatus.Deleting, now);
        Operation removal = caller is null
            ? Of(OperationKind.DeleteShare, share.ProjectId, now)
            : Of(OperationKind.DeleteShare, caller, now);
        await session.Operations.AddAsync(
            removal with
            {
                ProjectId = share.ProjectId,
                ShareId = share.Id,
                StatusBefore = share.Status,
                Root = share.Root,
            }
        );
    }

    /// <summary>Gives the backup the status <c>deleting</c> and queues its removal.</summary>
    /// <param name="removal">Whoever asked for it; the rest is filled in.</param>
    public static async Task<Operation> QueueDeleteAsync(this ICatalogSession session, Backup backup, Operation removal)
    {
        await session.Backups.SetStatusAsync(backup.Id, backup.Status, BackupStatus.Deleting, removal.CreatedAt);
        Operation queued = removal with
        {
            ProjectId = backup.ProjectId,
            BackupId = backup.Id,
            VolumeId = backup.VolumeId,
            StatusBefore = backup.Status,
        };
        await session.Operations.AddAsync(queued);
        return queued;
    }

    /// <summary>Queues a restore of the backup for trial.</summary>
    /// <param name="caller">Who asked for it; null: the service of its own accord.</param>
    public static async Task<Operation> QueueDrillAsync(
        this ICatalogSession session,
        Backup backup,
        Caller? caller,
        DateTimeOffset now
    )
    {
        Operation asked = caller is null
            ? Of(OperationKind.Drill, backup.ProjectId, now)
            : Of(OperationKind.Drill, caller, now);
        Operation queued = asked with
        {
            ProjectId = backup.ProjectId,
            BackupId = backup.Id,
            PinnedSnapshotId = backup.SnapshotId,
        };
        await session.Drills.AddAsync(
            new Drill
            {
                Id = queued.Id,
                ProjectId = backup.ProjectId,
                BackupId = backup.Id,
                ShareId = backup.ShareId,
                VolumeId = backup.VolumeId,
                CreatedAt = now,
            }
        );
        await session.Operations.AddAsync(queued);
        return queued;
    }

    /// <summary>Queues the emptying of a root's trash; one that runs may have looked into it already.</summary>
    public static Task QueueReapAsync(this ICatalogSession session, string root, DateTimeOffset now) =>
        session.QueueOnceAsync(Of(OperationKind.Reap, "", now) with { Root = root });

    /// <summary>Queues the removal of snapshots that are nobody's; one that runs may have looked at them already.</summary>
    public static Task QueueReapOfProjectAsync(this ICatalogSession session, string projectId, DateTimeOffset now) =>
        session.QueueOnceAsync(Of(OperationKind.Reap, projectId, now));

    /// <summary>
    /// Queues an export of what only the catalog knows of the project, in the transaction that changes it. A project
    /// without a repository has no key to seal it with, and nothing to lose; one that is queued already will see this change.
    /// </summary>
    public static async Task QueueExportAsync(this ICatalogSession session, string projectId, DateTimeOffset now)
    {
        if (await session.Repositories.FindAsync(projectId) is not null)
        {
            await session.QueueOnceAsync(Of(OperationKind.ExportProject, projectId, now));
        }
    }

    /// <summary>Queues it unless one of the same kind, project and root is queued.</summary>
    /// <param name="unlessRunning">Nor if one is running.</param>
    public static async Task QueueOnceAsync(this ICatalogSession session, Operation one, bool unlessRunning = false)
    {
        if (!await session.Operations.AnyAsync(one.ProjectId, one.Kind, one.Root, unlessRunning))
        {
            await session.Operations.AddAsync(one);
        }
    }
}
