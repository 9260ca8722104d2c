using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Backups;

/// <summary>An entry of a backup on the wire, as docs/api/native.md describes it.</summary>
internal static class BackupEntryView
{
    /// <summary>The entry, and of a directory a part of what is in it.</summary>
    public static void Write(Utf8JsonWriter writer, BackupLook look)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("entry");
        Write(writer, look.Entry);
        if (look.Entries is { } entries)
        {
            writer.WriteStartArray("entries");
            foreach (BackupEntry entry in entries)
            {
                Write(writer, entry);
            }
            writer.WriteEndArray();
            writer.WriteString("next_cursor", look.More ? EntryPath.Cursor(entries[^1].Name) : null);
        }
        writer.WriteEndObject();
    }

    public static void WriteOptional(Utf8JsonWriter writer, string name, BackupEntry? entry)
    {
        writer.WritePropertyName(name);
        if (entry is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            Write(writer, entry);
        }
    }

    private static void Write(Utf8JsonWriter writer, BackupEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("name", BackupEntry.Text(entry.Name));
        writer.WriteString("path", EntryPath.Encode(entry.Path));
        writer.WriteString("type", entry.Type);
        if (entry.Size is { } size)
        {
            writer.WriteNumber("size", size);
        }
        else
        {
            writer.WriteNull("size");
        }
        writer.WriteString("mode", Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
        writer.WriteNumber("uid", entry.Uid);
        writer.WriteNumber("gid", entry.Gid);
        writer.WriteString("user", entry.User);
        writer.WriteString("group", entry.Group);
        writer.WriteNumber("links", entry.Links);
        writer.WriteString("link_target", entry.LinkTarget is { } target ? BackupEntry.Text(target) : null);
        writer.WriteUtc("modified_at", entry.ModifiedAt);
        writer.WriteEndObject();
    }
}
