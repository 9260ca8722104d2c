using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Shares;

/// <summary>A share and its protection on the wire, as docs/api/native.md describes them.</summary>
internal static class ShareView
{
    public static void Write(Utf8JsonWriter writer, ProtectedShare row, Caller caller)
    {
        Share share = row.Share;
        writer.WriteStartObject();
        writer.WriteString("id", share.Id);
        writer.WriteString("name", share.Name);
        writer.WriteString("description", share.Description);
        writer.WriteString("project_id", share.ProjectId);
        writer.WriteString("status", share.Status);
        writer.WriteNumber("size", share.Size);
        writer.WriteString("protocol", share.Protocol);
        writer.WriteString("availability_zone", share.AvailabilityZone);
        writer.WriteBoolean("is_public", share.IsPublic);
        writer.WriteUtc("created_at", share.CreatedAt);
        writer.WritePropertyName("protection");
        ProtectionView.Write(writer, row.Proven, caller);
        writer.WriteEndObject();
    }
}
