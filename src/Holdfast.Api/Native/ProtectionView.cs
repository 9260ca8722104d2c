using System.Text.Json;
using Holdfast.Api.Native.Drills;
using Holdfast.Core.Access;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native;

/// <summary>How well a share or a volume is protected, on the wire, as docs/api/native.md describes it.</summary>
internal static class ProtectionView
{
    /// <param name="row">Null, and written so, to whoever may not see the backups.</param>
    public static void Write(Utf8JsonWriter writer, ProvenProtection? row, Caller caller)
    {
        if (row is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("state", row.Protection.State);
        writer.WriteString("problem", row.Protection.Problem);
        writer.WriteUtc("recovery_point", row.Protection.GoodAt);
        writer.WriteString("last_good_backup_id", row.Protection.GoodBackupId);
        writer.WriteUtc("last_proven_at", row.LastProvenAt);
        writer.WriteUtc("next_at", row.Protection.NextAt);
        writer.WritePropertyName("last_drill");
        if (row.LastDrill is { } drill)
        {
            DrillView.Write(writer, drill, caller);
        }
        else
        {
            writer.WriteNullValue();
        }
        writer.WriteEndObject();
    }
}
