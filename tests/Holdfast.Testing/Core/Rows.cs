using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Testing.Core;

/// <summary>Rows with every required column set, for tests that change what they care about.</summary>
public static class Rows
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public const string Project = "0a0000000000000000000000000000aa";
    public const string Stranger = "0b0000000000000000000000000000bb";

    public static ShareType Type() =>
        new()
        {
            Id = "11111111-1111-4111-8111-111111111111",
            Name = "default",
            IsDefault = true,
            ExtraSpecs = new Dictionary<string, string>
            {
                ["driver_handles_share_servers"] = "False",
                ["snapshot_support"] = "True",
            },
        };

    public static Share Share(string id, string status = ShareStatus.Available) =>
        new()
        {
            Id = id,
            ProjectId = Project,
            UserId = "user",
            Size = 1,
            Status = status,
            Protocol = "NFS",
            ShareTypeId = Type().Id,
            ShareTypeName = Type().Name,
            AvailabilityZone = "nova",
            Root = "local",
            Path = id,
            CreatedAt = Start,
        };

    public static Backup Backup(string id, string shareId, string status = BackupStatus.Available) =>
        new()
        {
            Id = id,
            ProjectId = Project,
            UserId = "user",
            ShareId = shareId,
            Size = 1,
            Status = status,
            AvailabilityZone = "nova",
            CreatedAt = Start,
        };

    public static Volume Volume(string id, string status = VolumeStatus.Available) =>
        new()
        {
            Id = id,
            ProjectId = Project,
            UserId = "user",
            Name = "disk",
            Size = 1,
            Bytes = 1 << 30,
            Status = status,
            Kind = VolumeKind.File,
            AvailabilityZone = "nova",
            Root = "volume:local",
            Path = id + ".raw",
            Adopted = false,
            CreatedAt = Start,
        };

    public static Backup VolumeBackup(string id, string volumeId, string status = BackupStatus.Available) =>
        Backup(id, shareId: "", status) with
        {
            ShareId = null,
            VolumeId = volumeId,
            SnapshotId = new string('a', 64),
        };

    public static Sharing Sharing(string id, Backup backup, string to = Stranger) =>
        new()
        {
            Id = id,
            BackupId = backup.Id,
            FromProjectId = backup.ProjectId,
            ToProjectId = to,
            State = SharingState.Accepted,
            CreatedAt = Start,
        };

    /// <summary>Every night at half past two, in Paris; not due before it is changed.</summary>
    public static Schedule Schedule(string id, string shareId) =>
        new()
        {
            Id = id,
            ProjectId = Project,
            UserId = "user",
            ShareId = shareId,
            Cron = "30 2 * * *",
            TimeZone = "Europe/Paris",
            Enabled = true,
            Retention = new Retention(),
            CreatedAt = Start,
        };

    public static Hold Hold(string id, Backup backup) =>
        new()
        {
            Id = id,
            BackupId = backup.Id,
            ProjectId = backup.ProjectId,
            UserId = "user",
            Reason = "Case 17",
            CreatedAt = Start,
        };

    /// <summary>Wants everything; may name any host.</summary>
    public static Webhook Webhook(string id, string url = "https://hooks.example.org/") =>
        new()
        {
            Id = id,
            ProjectId = Project,
            UserId = "user",
            Url = url,
            Enabled = true,
            AnyHost = true,
            SealedSecret = [1, 2, 3],
            CreatedAt = Start,
        };

    public static Message Message(string id, string resourceId) =>
        new()
        {
            Id = id,
            ProjectId = Project,
            RequestId = "req-1",
            ActionId = MessageAction.Create,
            DetailId = MessageDetail.Failed,
            MessageLevel = MessageLevel.Error,
            ResourceType = MessageResource.ShareBackup,
            ResourceId = resourceId,
            UserMessage = "create: why",
            CreatedAt = Start,
            ExpiresAt = Start.AddDays(30),
        };

    public static ShareSnapshot ShareSnapshot(string id, Share share, string status = ShareSnapshotStatus.Available) =>
        new()
        {
            Id = id,
            ProjectId = share.ProjectId,
            UserId = "user",
            ShareId = share.Id,
            Size = share.Size,
            Status = status,
            Protocol = share.Protocol,
            Root = share.Root,
            CreatedAt = Start,
        };

    /// <summary>Adds the default type and the shares.</summary>
    public static Task AddSharesAsync(this ICatalog catalog, params Share[] shares) =>
        catalog.WriteAsync(
            async session =>
            {
                await session.ShareTypes.TryAddAsync(Type(), Start);
                foreach (Share share in shares)
                {
                    await session.Shares.AddAsync(share);
                }
            },
            CancellationToken.None
        );

    public static Task AddBackupsAsync(this ICatalog catalog, params Backup[] backups) =>
        catalog.WriteAsync(
            async session =>
            {
                foreach (Backup backup in backups)
                {
                    await session.Backups.AddAsync(backup);
                }
            },
            CancellationToken.None
        );

    public static Task AddVolumesAsync(this ICatalog catalog, params Volume[] volumes) =>
        catalog.WriteAsync(
            async session =>
            {
                foreach (Volume volume in volumes)
                {
                    await session.Volumes.AddAsync(volume);
                }
            },
            CancellationToken.None
        );

    public static Task AddSharingAsync(this ICatalog catalog, Sharing sharing) =>
        catalog.WriteAsync(session => session.Sharings.AddAsync(sharing), CancellationToken.None);

    public static Task AddMessagesAsync(this ICatalog catalog, params Message[] messages) =>
        catalog.WriteAsync(
            async session =>
            {
                foreach (Message message in messages)
                {
                    await session.Messages.AddAsync(message);
                }
            },
            CancellationToken.None
        );

    /// <summary>What was said of a resource, oldest first.</summary>
    public static Task<IReadOnlyList<Message>> MessagesAsync(this ICatalog catalog, string resourceId) =>
        catalog.ReadAsync(
            session =>
                session.Messages.ListAsync(
                    new MessageFilter { ResourceId = resourceId },
                    new RowOrder<Message>(
                        new SortColumn<Message>("created_at", row => row.CreatedAt),
                        Descending: false
                    )
                ),
            CancellationToken.None
        );

    /// <summary>The audit trail of all projects, oldest first.</summary>
    public static Task<IReadOnlyList<AuditEntry>> AuditAsync(this ICatalog catalog) =>
        catalog.ReadAsync(
            session =>
                session.Audit.ListAsync(
                    new AuditFilter(),
                    new RowOrder<AuditEntry>(new SortColumn<AuditEntry>("id", row => row.Id), Descending: false)
                ),
            CancellationToken.None
        );

    /// <summary>Operations that wait for a worker, the most urgent first, then the oldest.</summary>
    public static async Task<IReadOnlyList<Operation>> QueuedAsync(this ICatalog catalog) =>
        [
            .. (
                await catalog.ReadAsync(
                    session =>
                        session.Operations.ListAsync(
                            new OperationFilter { Status = OperationStatus.Queued },
                            new RowOrder<Operation>(
                                new SortColumn<Operation>("created_at", row => row.CreatedAt),
                                Descending: false
                            )
                        ),
                    CancellationToken.None
                )
            ).OrderByDescending(operation => operation.Priority),
        ];

    public static Task<Backup?> BackupAsync(this ICatalog catalog, string id) =>
        catalog.ReadAsync(session => session.Backups.FindAsync(id), CancellationToken.None);

    public static Task<Share?> ShareAsync(this ICatalog catalog, string id) =>
        catalog.ReadAsync(session => session.Shares.FindAsync(id), CancellationToken.None);

    public static Task<Volume?> VolumeAsync(this ICatalog catalog, string id) =>
        catalog.ReadAsync(session => session.Volumes.FindAsync(id), CancellationToken.None);
}
