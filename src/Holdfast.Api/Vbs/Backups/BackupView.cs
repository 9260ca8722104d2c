using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Vbs.Backups;

/// <summary>A volume's backup on the wire of Cinder's calls.</summary>
internal static class BackupView
{
    public static void WriteShort(Utf8JsonWriter writer, Backup backup, VbsRequest request)
    {
        writer.WriteStartObject();
        writer.WriteString("id", backup.Id);
        writer.WriteString("name", backup.Name);
        WriteLinks(writer, backup, request);
        writer.WriteEndObject();
    }

    public static void WriteWhole(Utf8JsonWriter writer, VolumeBackup backup, VbsRequest request)
    {
        writer.WriteStartObject();
        BackupMembers.Write(writer, backup.Row, backup.RepositoryId);
        WriteLinks(writer, backup.Row, request);
        writer.WriteString("os-bak-tenant-attr:tenant_id", backup.Row.ProjectId);
        writer.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter writer, Backup backup, VbsRequest request) =>
        ResourceLinks.Write(
            writer,
            $"{request.BaseUrl}/backups/{backup.Id}",
            $"{request.BookmarkUrl}/backups/{backup.Id}"
        );
}
