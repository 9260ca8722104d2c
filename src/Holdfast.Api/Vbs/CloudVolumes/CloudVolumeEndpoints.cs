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
        if (Number(body, "count", "EVS.1051") is not (null or 1))
        {
            throw Refused("EVS.1051", "One volume is made at a time: 'count' must be 1.");
        }
        int? size = Number(body, "size", "EVS.1022");
        return new NewVolume(size, backup, body.OptionalText("name"), body.OptionalText("description"));
    }

    /// <returns>Null when it is absent or null. Which sizes there may be is for the service to say.</returns>
    private static int? Number(JsonElement body, string name, string code) =>
        !body.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Refused(code, $"'{name}' must be a whole number.");

    private static string? CodeOf(Refusal refusal) =>
        refusal switch
        {
            Refusal.NoBackup => "EVS.5404",
            Refusal.BackupBusy => "EVS.1044",
            Refusal.VolumeSize or Refusal.VolumeTooSmall => "EVS.1022",
            Refusal.VolumeLimit => "VolumeBackup.0082",
            Refusal.VolumeGigabytesLimit => "VolumeBackup.0083",
            _ => null,
        };

    private static VbsError Refused(string code, string message) => new(StatusCodes.Status400BadRequest, code, message);
}
