using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Operations;

/// <summary>
/// What the projects of an operation's resources are told of it, in the transaction in which it happens. Of the service's
/// own upkeep nobody is told.
/// </summary>
internal static class OperationMessages
{
    /// <summary>How long a message can be read; Manila's.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Characters: what Manila keeps of a reason.</summary>
    private const int Longest = 1023;

    private const string WaitsElsewhere =
        "It waits to be restored into a share of another project, which can read why.";

    private const string Elsewhere = "It could not be restored into a share of another project, which can read why.";

    /// <summary>
    /// What the operation's row and its backup's say of its end. The project of a backup is not told how a restore into
    /// another project's share went: it may name the other's files.
    /// </summary>
    public static string PublicReason(this Operation operation, string reason) =>
        operation.ForeignShare ? Elsewhere : reason;

    /// <summary>The same, while it waits.</summary>
    public static string PublicWait(this Operation operation, string reason) =>
        operation.ForeignShare ? WaitsElsewhere : reason;

    /// <summary>It failed, or was cancelled.</summary>
    public static async Task TellEndAsync(
        this ICatalogSession session,
        Operation operation,
        string reason,
        DateTimeOffset now
    )
    {
        if (await MessageAsync(session, operation, reason, now) is not { } message)
        {
            return;
        }
        await session.Messages.AddAsync(message);
        if (message.ProjectId != operation.ProjectId)
        {
            // A restore into another project's share.
            await session.Messages.AddAsync(
                message with
                {
                    Id = Guid.NewGuid().ToString(),
                    ProjectId = operation.ProjectId,
                    ResourceType = MessageResource.ShareBackup,
                    ResourceId = operation.BackupId!,
                    UserMessage = $"restore share backup: {Elsewhere}",
                }
            );
        }
    }

    /// <summary>It waits for something that does not pass at once; said once for each reason.</summary>
    public static async Task TellWaitingAsync(
        this ICatalogSession session,
        Operation operation,
        string reason,
        DateTimeOffset now
    )
    {
        if (await MessageAsync(session, operation, reason, now) is not { } message)
        {
            return;
        }
        message = message with { MessageLevel = MessageLevel.Warning, DetailId = MessageDetail.Waiting };
        if (!await session.Messages.AnyLikeAsync(message))
        {
            await session.Messages.AddAsync(message);
        }
    }

    /// <summary>It went well, and there is something to say.</summary>
    /// <param name="level">Of <see cref="MessageLevel"/>.</param>
    /// <param name="detail">Of <see cref="MessageDetail"/>.</param>
    public static async Task TellAsync(
        this ICatalogSession session,
        Operation operation,
        string level,
        string detail,
        string text,
        DateTimeOffset now
    )
    {
        if (await MessageAsync(session, operation, text, now) is { } message)
        {
            await session.Messages.AddAsync(message with { MessageLevel = level, DetailId = detail });
        }
    }

    /// <summary>A verification or a drill has found a backup damaged.</summary>
    public static async Task TellDamageAsync(
        this ICatalogSession session,
        Operation verification,
        Backup backup,
        string damage,
        DateTimeOffset now
    )
    {
        Operation about = verification with { BackupId = backup.Id, VolumeId = backup.VolumeId };
        await session.TellAsync(about, MessageLevel.Error, MessageDetail.Damaged, damage, now);
        await session.AnnounceDamageAsync(verification, backup, damage, now);
    }

    /// <summary>That it failed, unless the caller says otherwise. Null for the service's own upkeep.</summary>
    private static async Task<Message?> MessageAsync(
        ICatalogSession session,
        Operation operation,
        string text,
        DateTimeOffset now
    )
    {
        (string Action, string Words)? done = operation.Kind switch
        {
            OperationKind.CreateBackup
            or OperationKind.CreateVolumeBackup
            or OperationKind.CreateShare
            or OperationKind.CreateVolume
            or OperationKind.CreateSnapshot => (MessageAction.Create, "create"),
            OperationKind.DeleteBackup
            or OperationKind.DeleteShare
            or OperationKind.DeleteVolume
            or OperationKind.DeleteSnapshot => (MessageAction.Delete, "delete"),
            OperationKind.RestoreBackup or OperationKind.RestoreFiles => (
                MessageAction.RestoreBackup,
                "restore share backup"
            ),
            OperationKind.RestoreVolumeBackup => (MessageAction.RestoreBackup, "restore volume backup"),
            OperationKind.Verify => (MessageAction.Verify, "verify"),
            OperationKind.Drill => (MessageAction.Verify, "restore drill"),
            _ => null,
        };
        bool ofBackup =
            operation.Kind
            is OperationKind.CreateBackup
                or OperationKind.CreateVolumeBackup
                or OperationKind.DeleteBackup
                or OperationKind.Verify
                or OperationKind.Drill;
        string backupType = operation.VolumeId is null ? MessageResource.ShareBackup : MessageResource.VolumeBackup;
        bool ofSnapshot = operation.Kind is OperationKind.CreateSnapshot or OperationKind.DeleteSnapshot;
        (string Type, string? Id) subject =
            ofSnapshot ? (MessageResource.ShareSnapshot, operation.SnapshotId)
            : ofBackup ? (backupType, operation.BackupId)
            : operation.VolumeId is { } volume ? (MessageResource.Volume, volume)
            : (MessageResource.Share, operation.ShareId);
        if (done is not { } action || subject.Id is not { } resource)
        {
            return null;
        }
        return new Message
        {
            Id = Guid.NewGuid().ToString(),
            ProjectId = await ReaderAsync(session, operation),
            RequestId = operation.RequestId,
            ActionId = action.Action,
            DetailId = MessageDetail.Failed,
            MessageLevel = MessageLevel.Error,
            ResourceType = subject.Type,
            ResourceId = resource,
            UserMessage = Cut($"{action.Words}: {text}"),
            CreatedAt = now,
            ExpiresAt = now + Kept,
        };
    }

    /// <summary>A restore is told of to whoever has the share; the others' own project is their resource's.</summary>
    private static async Task<string> ReaderAsync(ICatalogSession session, Operation operation) =>
        operation is { Kind: OperationKind.RestoreBackup or OperationKind.RestoreFiles, ShareId: { } target }
        && await session.Shares.FindAsync(target) is { } share
            ? share.ProjectId
            : operation.ProjectId;

    private static string Cut(string text)
    {
        if (text.Length <= Longest)
        {
            return text;
        }
        int end = char.IsHighSurrogate(text[Longest - 2]) ? Longest - 2 : Longest - 1;
        return text[..end] + "…";
    }
}
