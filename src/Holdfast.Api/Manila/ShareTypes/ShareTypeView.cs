using System.Text.Json;
using Holdfast.Core.Model;

namespace Holdfast.Api.Manila.ShareTypes;

/// <summary>A share type on the wire; each key from the microversion on that brought it.</summary>
internal static class ShareTypeView
{
    // What shares are without the spec. Administrators see what was set, others how their shares will be.
    private static readonly string[] Inferred =
    [
        ExtraSpec.SnapshotSupport,
        ExtraSpec.CreateShareFromSnapshotSupport,
        ExtraSpec.RevertToSnapshotSupport,
        ExtraSpec.MountSnapshotSupport,
    ];

    public static void Write(Utf8JsonWriter writer, ShareType type, ManilaRequest request)
    {
        int minor = request.Version.Minor;
        writer.WriteStartObject();
        writer.WriteString("id", type.Id);
        writer.WriteString("name", type.Name);
        writer.WriteStartObject("extra_specs");
        WriteSpecs(writer, type, request);
        writer.WriteEndObject();
        writer.WriteStartObject("required_extra_specs");
        foreach ((string key, string value) in type.ExtraSpecs.Where(spec => ExtraSpec.Required.Contains(spec.Key)))
        {
            writer.WriteString(key, value);
        }
        writer.WriteEndObject();
        writer.WriteBoolean(
            minor >= 7 ? "share_type_access:is_public" : "os-share-type-access:is_public",
            type.IsPublic
        );
        if (minor >= 41)
        {
            writer.WriteString("description", type.Description);
        }
        if (minor >= 46)
        {
            writer.WriteBoolean("is_default", type.IsDefault);
        }
        writer.WriteEndObject();
    }

    private static void WriteSpecs(Utf8JsonWriter writer, ShareType type, ManilaRequest request)
    {
        bool admin = request.Caller.IsAdmin;
        foreach ((string key, string value) in type.ExtraSpecs)
        {
            if (admin || ExtraSpec.Public.Contains(key))
            {
                writer.WriteString(key, value);
            }
        }
        if (admin || request.Version.Minor < 24)
        {
            return;
        }
        foreach (string key in Inferred.Where(key => !type.ExtraSpecs.ContainsKey(key)))
        {
            writer.WriteBoolean(key, false);
        }
        if (request.Version.Minor >= 99 && !type.ExtraSpecs.ContainsKey(ExtraSpec.SnapshotInheritShareAccessSupport))
        {
            writer.WriteBoolean(ExtraSpec.SnapshotInheritShareAccessSupport, false);
        }
    }
}
