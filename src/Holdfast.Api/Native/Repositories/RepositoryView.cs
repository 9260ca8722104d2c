using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Api.Native.Repositories;

/// <summary>A repository on the wire, as docs/api/native.md describes it.</summary>
internal static class RepositoryView
{
    public static void Write(Utf8JsonWriter writer, ProjectRepository repository, Caller caller)
    {
        Verification last = Verification.Of(repository.Verification);
        writer.WriteStartObject();
        writer.WriteString("id", repository.RepositoryId);
        writer.WriteString("project_id", repository.ProjectId);
        writer.WriteUtc("created_at", repository.CreatedAt);
        writer.WriteUtc("pruned_at", repository.PrunedAt);
        writer.WriteUtc("verified_at", repository.VerifiedAt);
        writer.WriteUtc("proven_at", repository.ProvenAt);
        WriteBytes(writer, "logical_bytes", repository.LogicalBytes);
        WriteBytes(writer, "unique_bytes", repository.UniqueBytes);
        WriteBytes(writer, "stored_bytes", repository.StoredBytes);
        writer.WriteNumber("packs", last.Packs);
        writer.WriteNumber("parts_read", last.ReadAt.Count(at => at is not null));
        writer.WriteNumber("bytes_read", last.BytesRead);
        writer.WriteBoolean("is_sound", last.Findings.Count == 0);
        // They name the store's objects, which are the operator's matter.
        if (caller.IsAdmin)
        {
            writer.WriteStartArray("findings");
            foreach (string finding in last.Findings)
            {
                writer.WriteStringValue(finding);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteBytes(Utf8JsonWriter writer, string name, long? bytes)
    {
        if (bytes is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
