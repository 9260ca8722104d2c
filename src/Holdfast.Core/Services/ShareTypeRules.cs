using System.Globalization;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What a share type and its extra specs must keep to, in Manila's words.</summary>
internal static class ShareTypeRules
{
    private const int Longest = 255;

    /// <summary>The type that a share is to be of: one that the caller may use, or the default where none is named.</summary>
    public static async Task<ShareType> ChooseAsync(
        ICatalogSession session,
        Caller caller,
        string? idOrName,
        CoreOptions options
    )
    {
        ShareType type =
            (
                string.IsNullOrEmpty(idOrName)
                    ? await session.FindDefaultShareTypeAsync(caller)
                    : await session.FindShareTypeAsync(caller, idOrName)
                        ?? await session.FindShareTypeNamedAsync(caller, idOrName)
            ) ?? throw ServiceError.NotFound("Share type not found.");
        ShareRules.CheckType(type, options);
        return type;
    }

    public static void CheckName(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw ServiceError.Invalid("Share type name cannot be empty.");
        }
        Check("name", name);
    }

    public static void CheckDescription(string? description) => Check("description", description);

    /// <summary>All specs of a type: the required one is there, and each is valid.</summary>
    public static void CheckAll(IReadOnlyDictionary<string, string> specs)
    {
        foreach (string required in ExtraSpec.Required)
        {
            if (!specs.TryGetValue(required, out string? value))
            {
                throw ServiceError.Invalid($"Invalid extra_spec: Required extra specs '{required}' not specified.");
            }
            if (!IsValid(required, value))
            {
                throw ServiceError.Invalid(
                    $"Invalid extra_spec: Value of required extra_spec {required} is not valid."
                );
            }
        }
        CheckEach(specs);
    }

    public static void CheckEach(IReadOnlyDictionary<string, string> specs)
    {
        foreach ((string key, string value) in specs)
        {
            if (key.Length is 0 or > Longest || value.Length is 0 or > Longest || !IsValid(key, value))
            {
                throw ServiceError.Invalid($"Invalid extra_spec: {key}: {value}");
            }
            if (!key.All(IsNameLetter))
            {
                throw ServiceError.Invalid(
                    "Key names can only contain alphanumeric characters, underscores, periods, colons and hyphens."
                );
            }
        }
    }

    /// <summary>The specs as they are stored: lists without the spaces around their items.</summary>
    public static IReadOnlyDictionary<string, string> Tidy(IReadOnlyDictionary<string, string> specs) =>
        specs.ToDictionary(
            spec => spec.Key,
            spec => spec.Key == ExtraSpec.AvailabilityZones ? string.Join(',', Items(spec.Value)) : spec.Value,
            StringComparer.Ordinal
        );

    /// <summary>Whether a type has all the specs asked for; of availability zones, whether it may be in them all.</summary>
    public static bool Matches(ShareType type, IReadOnlyDictionary<string, string> specs) =>
        specs.All(spec =>
            spec.Key == ExtraSpec.AvailabilityZones
                ? MayBeIn(type, Items(spec.Value))
                : type.ExtraSpecs.TryGetValue(spec.Key, out string? value) && value == spec.Value
        );

    /// <summary>A type that names no zones may be in all.</summary>
    public static bool MayBeIn(ShareType type, params string[] zones) =>
        !type.ExtraSpecs.TryGetValue(ExtraSpec.AvailabilityZones, out string? own) || zones.All(Items(own).Contains);

    private static void Check(string what, string? text)
    {
        if (Texts.IsLonger(text, Longest))
        {
            throw ServiceError.Invalid($"Share type {what} cannot be greater than {Longest} characters in length.");
        }
        if (text?.Contains('\0') == true)
        {
            throw ServiceError.Invalid($"Share type {what} contains a NUL character.");
        }
    }

    private static bool IsValid(string key, string value) =>
        key switch
        {
            ExtraSpec.DriverHandlesShareServers
            or ExtraSpec.SnapshotSupport
            or ExtraSpec.CreateShareFromSnapshotSupport
            or ExtraSpec.RevertToSnapshotSupport
            or ExtraSpec.MountSnapshotSupport
            or ExtraSpec.MountPointNameSupport
            or ExtraSpec.SnapshotInheritShareAccessSupport => ExtraSpec.Boolean(value) is not null,
            ExtraSpec.ReplicationType => value is "writable" or "readable" or "dr",
            ExtraSpec.EncryptionSupport => value is "share" or "share_server",
            ExtraSpec.AvailabilityZones => value.Split(',').All(item => item.Trim().Length > 0),
            ExtraSpec.LargestSize or ExtraSpec.SmallestSize or ExtraSpec.LargestExtendedSize => int.TryParse(
                value,
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int size
            )
                && size > 0,
            _ => !value.Contains('\0'),
        };

    private static string[] Items(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsNameLetter(char letter) => char.IsLetterOrDigit(letter) || letter is '_' or '.' or ':' or '-';
}
