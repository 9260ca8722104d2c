using System.Buffers;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;

namespace Holdfast.Api.Native.Audit;

/// <summary>The audit trail as a file: a line for each entry, with the members of the list.</summary>
internal static class AuditExport
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    /// <summary>JSON objects, as in the list.</summary>
    public static async IAsyncEnumerable<string> Lines(IAsyncEnumerable<AuditEntry> rows, Caller caller)
    {
        ArrayBufferWriter<byte> line = new();
        await using Utf8JsonWriter writer = new(line, JsonReply.Options);
        await foreach (AuditEntry entry in rows)
        {
            AuditView.Write(writer, entry, caller);
            writer.Flush();
            yield return Encoding.UTF8.GetString(line.WrittenSpan) + "\n";
            line.ResetWrittenCount();
            writer.Reset();
        }
    }

    /// <summary>RFC 4180 with a header line; null is empty.</summary>
    public static async IAsyncEnumerable<string> Csv(IAsyncEnumerable<AuditEntry> rows)
    {
        yield return "id,at,action,project_id,backup_id,object_id,actor,actor_project_id,address,request_id,details\r\n";
        await foreach (AuditEntry entry in rows)
        {
            string?[] fields =
            [
                AuditView.Id(entry),
                UtcTimes.Text(entry.At),
                entry.Action,
                entry.ProjectId,
                entry.BackupId,
                entry.ObjectId,
                entry.Actor,
                entry.ActorProjectId,
                entry.Address,
                entry.RequestId,
                entry.Details,
            ];
            yield return string.Join(',', fields.Select(Field)) + "\r\n";
        }
    }

    /// <summary>
    /// A field. What a spreadsheet would take for a formula gets an apostrophe before it: names come from other projects,
    /// too.
    /// </summary>
    internal static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }
        string safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) ? $"\"{safe.Replace("\"", "\"\"")}\"" : safe;
    }
}
