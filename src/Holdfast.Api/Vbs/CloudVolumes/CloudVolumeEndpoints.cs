using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Api.Vbs.Jobs;
using Holdfast.Core;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.CloudVolumes;

/// <summary>
/// The vendor's call that makes a volume of a backup, the project's own or one that it was given: the one way for a
/// recipient to use what was shared.
/// </summary>
internal static class CloudVolumeEndpoints
{
    private const int LargestSize = 1 << 20;

    private static readonly string[] OtherSources = ["snapshot_id", "imageRef"];

    public static readonly VbsRoute[] Routes =
    [
        new VbsRoute($"{VbsRoute.V2}/cloudvolumes", VbsErrors.Coded).Post(CreateAsync),
    ];

    private static async Task CreateAsync(VbsRequest request)
    {
        VolumeService volumes = request.Service<VolumeService>();
        volumes.Require(request.Caller, "volume:create");
        NewVolume wanted = Read(await request.ResourceAsync("volume"));
        VolumeWork work = await VbsError.CodedAsync(
            volumes.CreateAsync(request.Caller, wanted, request.Aborted),
            CodeOf
        );
        await request.ReplyJobAsync(work.Operation);
    }

    /// <summary>Zone and type of the volume are the service's to choose, whatever the body says.</summary>
    private static NewVolume Read(JsonElement body)
    {
        if (OtherSources.Any(name => body.OptionalText(name) is { Length: > 0 }))
        {
            throw Refused("EVS.1016", "A volume is made of a backup here, and of nothing else.");
        }
        if (body.OptionalText("backup_id") is not { Length: > 0 } backup)
        {
            throw Refused("EVS.1006", "'backup_id' is missing.");
        }
        if (body.TryGetProperty("count", out JsonElement count) && Number(count) is not (null or 1))
        {
            throw Refused("EVS.1051", "One volume is made at a time: 'count' must be 1.");
        }
        int? size = body.TryGetProperty("size", out JsonElement given) ? Number(given) : null;
        return new NewVolume(size, backup, body.OptionalText("name"), body.OptionalText("description"));
    }

    /// <returns>Null for null; what is no number of a size is refused.</returns>
    private static int? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out int number)
        && number is >= 1 and <= LargestSize
            ? number
        : throw Refused("EVS.1022", $"'size' and 'count' are whole numbers from 1 to {LargestSize}.");

    private static string? CodeOf(Refusal refusal) =>
        refusal switch
        {
            Refusal.NoBackup => "EVS.5404",
            Refusal.BackupBusy => "EVS.1044",
            Refusal.VolumeTooSmall => "EVS.1022",
            _ => null,
        };

    private static VbsError Refused(string code, string message) => new(StatusCodes.Status400BadRequest, code, message);
}
