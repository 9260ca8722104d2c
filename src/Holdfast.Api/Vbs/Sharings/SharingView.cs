using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Api.Vbs.Sharings;

/// <summary>Sharings on the wire: the vendor's keys in the order of its examples, and no other.</summary>
internal static class SharingView
{
    /// <summary>The answer to a request to share: a list also where it has one row.</summary>
    public static void WriteFlat(Utf8JsonWriter writer, IReadOnlyList<Sharing> rows)
    {
        writer.WriteStartArray("shared");
        foreach (Sharing row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("backup_id", row.BackupId);
            // A text by the vendor's table: clients cannot read a boolean. What has ended is not shown at all.
            writer.WriteNull("deleted");
            writer.WriteTime("created_at", row.CreatedAt);
            writer.WriteTime("updated_at", row.UpdatedAt);
            writer.WriteString("to_project_id", row.ToProjectId);
            writer.WriteString("from_project_id", row.FromProjectId);
            writer.WriteNull("deleted_at");
            writer.WriteString("id", row.Id);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter writer, SharedBackup row)
    {
        Sharing sharing = row.Sharing;
        writer.WriteStartObject();
        writer.WritePropertyName("backup");
        WriteBackup(writer, row.Backup, row.RepositoryId);
        writer.WriteString("backup_id", sharing.BackupId);
        writer.WriteTime("created_at", sharing.CreatedAt);
        writer.WriteString("from_project_id", sharing.FromProjectId);
        writer.WriteString("id", sharing.Id);
        writer.WriteString("to_project_id", sharing.ToProjectId);
        writer.WriteTime("updated_at", sharing.UpdatedAt);
        writer.WriteEndObject();
    }

    private static void WriteBackup(Utf8JsonWriter writer, Backup backup, string? repositoryId)
    {
        writer.WriteStartObject();
        BackupMembers.Write(writer, backup, repositoryId);
        writer.WriteEndObject();
    }
}
