using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>The wire's names of what lists are ordered by. Nulls sort as the empty text, or as the beginning of time.</summary>
internal static class SortKeys
{
    private static readonly Dictionary<string, SortColumn<Backup>> OfBackups = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Id),
        ["status"] = Text<Backup>("status", row => row.Status),
        ["size"] = new("size", row => row.Size),
        ["share_id"] = Text<Backup>("share_id", row => row.ShareId),
        ["project_id"] = new("project_id", row => row.ProjectId),
        ["user_id"] = new("user_id", row => row.UserId),
        ["availability_zone"] = new("availability_zone", row => row.AvailabilityZone),
        ["progress"] = new("progress", row => row.Progress),
        ["restore_progress"] = new("restore_progress", row => row.RestoreProgress),
        ["created_at"] = new("created_at", row => row.CreatedAt),
        ["updated_at"] = Time<Backup>("updated_at", row => row.UpdatedAt),
        ["name"] = Text<Backup>("name", row => row.Name),
        ["display_name"] = Text<Backup>("name", row => row.Name),
        ["description"] = Text<Backup>("description", row => row.Description),
        ["display_description"] = Text<Backup>("description", row => row.Description),
        ["host"] = Text<Backup>("host", row => row.Host),
        ["topic"] = Text<Backup>("topic", row => row.Topic),
        ["backup_type"] = Text<Backup>("backup_type", row => row.BackupType),
        // Reasons can be longer than what an index takes.
        ["fail_reason"] = new(
            $"substr(coalesce(fail_reason, ''), 1, {Texts.Longest})",
            row => Texts.Start(row.FailReason ?? "", Texts.Longest)
        ),
        // Here a zone has no id but its name.
        ["availability_zone_id"] = new("availability_zone", row => row.AvailabilityZone),
        // The same of all backups of a list.
        ["deleted"] = new("id", row => row.Id),
        ["deleted_at"] = new("id", row => row.Id),
    };

    private static readonly Dictionary<string, SortColumn<Backup>> OfVolumeBackups = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Id),
        ["name"] = Text<Backup>("name", row => row.Name),
        ["status"] = new("status", row => row.Status),
        ["size"] = new("size", row => row.Size),
        ["created_at"] = new("created_at", row => row.CreatedAt),
        ["updated_at"] = Time<Backup>("updated_at", row => row.UpdatedAt),
    };

    private static readonly Dictionary<string, SortColumn<Share>> OfShares = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Id),
        ["status"] = new("status", row => row.Status),
        ["size"] = new("size", row => row.Size),
        ["share_proto"] = new("protocol", row => row.Protocol),
        ["share_type_id"] = new("share_type_id", row => row.ShareTypeId),
        ["project_id"] = new("project_id", row => row.ProjectId),
        ["user_id"] = new("user_id", row => row.UserId),
        ["availability_zone"] = new("availability_zone", row => row.AvailabilityZone),
        ["created_at"] = new("created_at", row => row.CreatedAt),
        ["updated_at"] = Time<Share>("updated_at", row => row.UpdatedAt),
        ["name"] = Text<Share>("name", row => row.Name),
        ["display_name"] = Text<Share>("name", row => row.Name),
        ["description"] = Text<Share>("description", row => row.Description),
        ["display_description"] = Text<Share>("description", row => row.Description),
        ["host"] = Text<Share>("host", row => row.Host),
        ["is_public"] = new("is_public", row => row.IsPublic),
        ["task_state"] = Text<Share>("task_state", row => row.TaskState),
        ["scheduled_to_be_deleted_at"] = Time<Share>("scheduled_to_be_deleted_at", row => row.ScheduledToBeDeletedAt),
        // As clients call it, here where a zone has no id but its name.
        ["availability_zone_id"] = new("availability_zone", row => row.AvailabilityZone),
        ["snapshot_id"] = Text<Share>("snapshot_id", row => row.SnapshotId),
        // The same of all shares of a list, so that their ids alone order them.
        ["access_rules_status"] = new("id", row => row.Id),
        ["encryption_key_ref"] = new("id", row => row.Id),
        ["is_soft_deleted"] = new("id", row => row.Id),
        ["mount_point_name"] = new("id", row => row.Id),
        ["share_group_id"] = new("id", row => row.Id),
        ["share_network_id"] = new("id", row => row.Id),
        ["share_server_id"] = new("id", row => row.Id),
    };

    private static readonly Dictionary<string, SortColumn<Message>> OfMessages = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Id),
        ["project_id"] = new("project_id", row => row.ProjectId),
        ["request_id"] = new("request_id", row => row.RequestId),
        ["resource_type"] = new("resource_type", row => row.ResourceType),
        ["resource_id"] = new("resource_id", row => row.ResourceId),
        ["action_id"] = new("action_id", row => row.ActionId),
        ["detail_id"] = new("detail_id", row => row.DetailId),
        ["message_level"] = new("message_level", row => row.MessageLevel),
        ["created_at"] = new("created_at", row => row.CreatedAt),
        ["expires_at"] = new("expires_at", row => row.ExpiresAt),
    };

    private static readonly Dictionary<string, SortColumn<ShareSnapshot>> OfShareSnapshots = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Id),
        ["status"] = new("status", row => row.Status),
        ["size"] = new("size", row => row.Size),
        ["share_size"] = new("size", row => row.Size),
        ["share_id"] = new("share_id", row => row.ShareId),
        ["share_proto"] = new("protocol", row => row.Protocol),
        ["project_id"] = new("project_id", row => row.ProjectId),
        ["user_id"] = new("user_id", row => row.UserId),
        ["created_at"] = new("created_at", row => row.CreatedAt),
        ["updated_at"] = Time<ShareSnapshot>("updated_at", row => row.UpdatedAt),
        ["name"] = Text<ShareSnapshot>("name", row => row.Name),
        ["display_name"] = Text<ShareSnapshot>("name", row => row.Name),
        ["description"] = Text<ShareSnapshot>("description", row => row.Description),
        ["display_description"] = Text<ShareSnapshot>("description", row => row.Description),
    };

    private static readonly Dictionary<string, SortColumn<SharedBackup>> OfSharings = new(StringComparer.Ordinal)
    {
        ["id"] = new("id", row => row.Sharing.Id),
        ["created_at"] = new("created_at", row => row.Sharing.CreatedAt),
        ["updated_at"] = Time<SharedBackup>("updated_at", row => row.Sharing.UpdatedAt),
        // The backup's: a sharing has none.
        ["name"] = Text<SharedBackup>("name", row => row.Backup.Name),
        ["status"] = new("status", row => row.Backup.Status),
        ["size"] = new("size", row => row.Backup.Size),
    };

    public static RowOrder<Backup> Backups(Page page) => Order(OfBackups, page);

    public static RowOrder<Backup> VolumeBackups(Page page) => Order(OfVolumeBackups, page);

    public static RowOrder<Share> Shares(Page page) => Order(OfShares, page);

    public static RowOrder<Message> Messages(Page page) => Order(OfMessages, page);

    public static RowOrder<ShareSnapshot> ShareSnapshots(Page page) => Order(OfShareSnapshots, page);

    public static RowOrder<SharedBackup> Sharings(Page page) => CinderOrder(OfSharings, page);

    /// <summary>With Cinder's refusals, and directions in lower case alone.</summary>
    private static RowOrder<T> CinderOrder<T>(Dictionary<string, SortColumn<T>> columns, Page page)
    {
        if (!string.IsNullOrEmpty(page.SortKey) && !columns.ContainsKey(page.SortKey))
        {
            throw ServiceError.Invalid($"Invalid sort key: {page.SortKey}");
        }
        if (page.SortDirection is not (null or "" or "asc" or "desc"))
        {
            throw ServiceError.Invalid("Unknown sort direction, must be 'desc' or 'asc'.");
        }
        return Order(columns, page);
    }

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Invalid"/>: no such key or direction.</exception>
    private static RowOrder<T> Order<T>(Dictionary<string, SortColumn<T>> columns, Page page)
    {
        string key = string.IsNullOrEmpty(page.SortKey) ? "created_at" : page.SortKey;
        string direction = string.IsNullOrEmpty(page.SortDirection) ? "desc" : page.SortDirection;
        bool descending = direction.Equals("desc", StringComparison.OrdinalIgnoreCase);
        return
            columns.TryGetValue(key, out SortColumn<T>? column)
            && (descending || direction.Equals("asc", StringComparison.OrdinalIgnoreCase))
            ? new RowOrder<T>(column, descending, null, page.Limit, page.Offset)
            : throw ServiceError.Invalid(
                $"Invalid input received: Wrong sorting data provided: sort key is '{key}' and sort direction is '{direction}'."
            );
    }

    private static SortColumn<T> Text<T>(string column, Func<T, string?> value) =>
        new($"coalesce({column}, '')", row => value(row) ?? "");

    private static SortColumn<T> Time<T>(string column, Func<T, DateTimeOffset?> value) =>
        new($"coalesce({column}, 0)", row => value(row) ?? DateTimeOffset.UnixEpoch);
}
