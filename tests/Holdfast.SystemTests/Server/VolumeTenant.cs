using System.Text.Json.Nodes;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Server;

/// <summary>What a project's member does with volumes, by VBS's calls.</summary>
/// <param name="root">The directory of the server's volume root.</param>
public sealed class VolumeTenant(Tenant tenant, string root)
{
    public string ProjectId => tenant.ProjectId;

    public string Url => $"/v2/{ProjectId}";

    public OpenStackSession Session => tenant.Session;

    /// <summary>Makes an empty volume, and waits until it can be used.</summary>
    /// <param name="size">GiB.</param>
    public async Task<SystemVolume> CreateAsync(int size, string? name = null)
    {
        Reply made = await Session.PostAsync("/api/v1/volumes", new { size, name });
        string id = made["id"].GetValue<string>();
        await WaitAsync(made["operation_id"].GetValue<string>());
        return Of(id);
    }

    /// <returns>The backup's id, once it is there.</returns>
    public async Task<string> BackUpAsync(SystemVolume volume)
    {
        var backup = new { volume_id = volume.Id, name = "nightly" };
        JsonNode job = await WaitAsync(await Session.PostAsync($"{Url}/cloudbackups", new { backup }));
        return job["entities"]!["backup_id"]!.GetValue<string>();
    }

    public async Task RestoreAsync(string backup, SystemVolume target)
    {
        var restore = new { volume_id = target.Id };
        await WaitAsync(await Session.PostAsync($"{Url}/cloudbackups/{backup}/restore", new { restore }));
    }

    /// <summary>Makes a volume of the backup, the project's own or a shared one.</summary>
    public async Task<SystemVolume> CreateFromAsync(string backup)
    {
        var volume = new { backup_id = backup };
        JsonNode job = await WaitAsync(await Session.PostAsync($"{Url}/cloudvolumes", new { volume }));
        return Of(job["entities"]!["volume_id"]!.GetValue<string>());
    }

    public async Task<JsonNode> ShowAsync(string backup) =>
        (await Session.GetAsync($"{Url}/backups/{backup}"))["backup"];

    public Task<JsonNode> WaitAsync(Reply accepted) => WaitAsync(accepted["job_id"].GetValue<string>());

    /// <summary>The job, once it has ended well.</summary>
    private async Task<JsonNode> WaitAsync(string id)
    {
        JsonNode? job = null;
        await Eventually.HoldsAsync(
            $"job {id} to end",
            async () =>
            {
                job = (await Session.GetAsync($"/v1/{ProjectId}/jobs/{id}")).Checked().Body!;
                string status = job["status"]!.GetValue<string>();
                return status == "FAIL" ? throw new InvalidOperationException(job.ToJsonString()) : status == "SUCCESS";
            },
            TimeSpan.FromMinutes(10)
        );
        return job!;
    }

    private SystemVolume Of(string id) => new(id, Path.Combine(root, id));
}

/// <summary>A volume and the path of its image on this machine.</summary>
public sealed record SystemVolume(string Id, string Image);
