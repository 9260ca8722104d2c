using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Backups;

/// <summary>Changes and versions of entries on the wire, as docs/api/native.md describes them.</summary>
internal static class BackupChangeView
{
    public static void Write(Utf8JsonWriter writer, EntryChange change, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("path", EntryPath.Encode(change.Path));
        writer.WriteString("change", change.Kind);
        BackupEntryView.WriteOptional(writer, "before", change.Before);
        BackupEntryView.WriteOptional(writer, "after", change.After);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, PathVersion version, Caller caller)
    {
        writer.WriteStartObject();
        writer.WriteString("backup_id", version.Backup.Id);
        writer.WriteString("backup_name", version.Backup.Name);
        writer.WriteUtc("created_at", version.Backup.CreatedAt);
        writer.WriteBoolean("changed", version.Changed);
        BackupEntryView.WriteOptional(writer, "entry", version.Entry);
        writer.WriteString("problem", version.Problem);
        writer.WriteEndObject();
    }
}
