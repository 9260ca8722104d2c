using System.Buffers;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.CloudBackups;

/// <summary>Reads the bodies of VBS's own calls, which allow less than Cinder's, and refuses by the vendor's codes.</summary>
internal static class CloudBackupBody
{
    // Characters, by the vendor's pages.
    private const int LongestName = 64;
    private const int LongestDescription = 64;
    private const int LongestTagKey = 36;
    private const int LongestTagValue = 43;

    /// <summary>The pages do not say; ten is what other calls of the vendor take.</summary>
    private const int MostTags = 10;

    private const string ReservedPrefix = "auto";

    private static readonly SearchValues<char> NotInTags = SearchValues.Create(
        "=*<>\\,|/" + string.Concat(Enumerable.Range(0, 32).Select(code => (char)code))
    );

    public static NewVolumeBackup Read(JsonElement backup)
    {
        string volume = Text(backup, "volume_id", "VolumeBackup.0010") is { Length: > 0 } given
            ? given
            : throw Refused("VolumeBackup.0010", "'volume_id' is missing.");
        CheckUuid(volume, "VolumeBackup.0011");
        string name = Name(backup);
        string? description = Description(backup);
        if (Text(backup, "snapshot_id", "VolumeBackup.0002") is { Length: > 0 } snapshot)
        {
            // Rather none than one of another moment than it was asked for.
            throw new VbsError(
                StatusCodes.Status404NotFound,
                "VolumeBackup.0019",
                $"Snapshot {snapshot} could not be found."
            );
        }
        CheckTags(backup);
        return new NewVolumeBackup(volume, name, description, IsFull(backup));
    }

    /// <returns>The id of the volume to be overwritten.</returns>
    public static string ReadTarget(JsonElement restore)
    {
        string? volume = Text(restore, "volume_id", "VolumeBackup.0208");
        CheckUuid(volume, "VolumeBackup.0208");
        return volume!;
    }

    private static string Name(JsonElement backup)
    {
        string name =
            Text(backup, "name", "VolumeBackup.0004") ?? throw Refused("VolumeBackup.0007", "'name' is missing.");
        int length = LengthOf(name);
        bool isPlain = name.EnumerateRunes().All(rune => Rune.IsLetterOrDigit(rune) || rune.Value is '_' or '-' or '.');
        return length == 0 ? throw Refused("VolumeBackup.0026", "'name' is empty.")
            : length > LongestName
                ? throw Refused("VolumeBackup.0003", $"'name' is longer than {LongestName} characters.")
            : !isPlain ? throw Refused("VolumeBackup.0004", "'name' has letters, digits, '_', '-' and '.' only.")
            : name.StartsWith(ReservedPrefix, StringComparison.Ordinal)
                ? throw Refused("VolumeBackup.0005", $"'name' must not begin with '{ReservedPrefix}'.")
            : name;
    }

    private static string? Description(JsonElement backup)
    {
        string? description = Text(backup, "description", "VolumeBackup.0006");
        return LengthOf(description) > LongestDescription || description?.AsSpan().IndexOfAny('<', '>', '\0') >= 0
            ? throw Refused(
                "VolumeBackup.0006",
                $"'description' has at most {LongestDescription} characters, and no '<' or '>'."
            )
            : description;
    }

    /// <summary>They belong to policies, which are not served; what is sent must be well formed all the same.</summary>
    private static void CheckTags(JsonElement backup)
    {
        if (!backup.TryGetProperty("tags", out JsonElement tags) || tags.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        if (tags.ValueKind != JsonValueKind.Array || !tags.EnumerateArray().All(IsTag))
        {
            throw Refused(
                "VolumeBackup.0049",
                $"'tags' is a list of objects with a 'key' of 1 to {LongestTagKey} and a 'value' of at most "
                    + $"{LongestTagValue} characters, without =*<>\\,|/ and control characters."
            );
        }
        if (tags.GetArrayLength() > MostTags)
        {
            throw Refused("VolumeBackup.0050", $"There are more than {MostTags} tags.");
        }
    }

    private static bool IsTag(JsonElement tag) =>
        tag.ValueKind == JsonValueKind.Object
        && tag.TryGetProperty("key", out JsonElement key)
        && key.ValueKind == JsonValueKind.String
        && key.GetString() is { Length: > 0 } name
        && LengthOf(name) <= LongestTagKey
        && !name.AsSpan().ContainsAny(NotInTags)
        && tag.TryGetProperty("value", out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text
        && LengthOf(text) <= LongestTagValue
        && !text.AsSpan().ContainsAny(NotInTags);

    /// <summary>Incremental, unless <c>extend_param</c> says otherwise.</summary>
    private static bool IsFull(JsonElement backup)
    {
        if (
            !backup.TryGetProperty("extend_param", out JsonElement extended)
            || extended.ValueKind == JsonValueKind.Null
        )
        {
            return false;
        }
        return extended.ValueKind != JsonValueKind.Object
            ? throw Refused("VolumeBackup.0002", "'extend_param' must be an object.")
            : Text(extended, "FullBackup", "VolumeBackup.0002")?.ToLowerInvariant() switch
            {
                null or "false" => false,
                "true" => true,
                _ => throw Refused("VolumeBackup.0002", "'FullBackup' must be \"true\" or \"false\"."),
            };
    }

    /// <summary>Characters, and not their halves: all of Unicode's are one.</summary>
    private static int LengthOf(string? text) => text?.EnumerateRunes().Count() ?? 0;

    private static string? Text(JsonElement parent, string name, string code) =>
        !parent.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Refused(code, $"'{name}' must be text.");

    private static void CheckUuid(string? id, string code)
    {
        if (!Guid.TryParseExact(id, "D", out _))
        {
            throw Refused(code, "'volume_id' must be a UUID.");
        }
    }

    private static VbsError Refused(string code, string message) => new(StatusCodes.Status400BadRequest, code, message);
}
