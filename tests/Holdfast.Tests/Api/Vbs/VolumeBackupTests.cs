using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>A world with a volume of the member's project, and a backup of it.</summary>
public abstract class VolumeBackupTests : ManilaTests
{
    internal Volume Volume { get; private set; } = null!;

    internal async Task<Backup> AddBackupAsync(Func<Backup, Backup>? change = null)
    {
        Volume ??= await World.AddVolumeAsync();
        Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), Volume.Id) with { ProjectId = Volume.ProjectId };
        backup = change?.Invoke(backup) ?? backup;
        await World.Catalog.AddBackupsAsync(backup);
        return backup;
    }

    internal Task<Sharing> ShareAsync(Backup backup) => World.AddSharingAsync(backup, ApiHost.OtherProject);

    /// <param name="path">Behind the caller's own project.</param>
    internal Task<Answer> SendAsync(
        string method,
        string path,
        string? body = null,
        string token = "member",
        string version = "v2"
    ) =>
        Host.SendAsync(
            method,
            $"/{version}/{(token == "other" ? ApiHost.OtherProject : ApiHost.Project)}/{path}",
            body,
            token,
            version: null,
            experimental: null
        );

    internal Task<Answer> JobAsync(string id, string token = "member") =>
        SendAsync("GET", $"jobs/{id}", token: token, version: "v1");

    internal static async Task<string> JobIdAsync(Task<Answer> call)
    {
        Answer answer = await call;
        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal(["job_id"], Keys(answer.Json));
        return Text(answer.Json, "job_id")!;
    }

    /// <summary>The envelope of VBS's own calls.</summary>
    internal static void AssertRefused(Answer answer, int status, string code)
    {
        Assert.Equal((status, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal(["error"], Keys(answer.Json));
        Assert.Equal(["code", "message"], Keys(answer.Json["error"]));
        Assert.Equal(code, Text(answer.Json["error"], "code"));
        Assert.NotEmpty(Text(answer.Json["error"], "message")!);
    }

    internal static string[] Ids(Answer list) => [.. list.Json["backups"]!.AsArray().Select(row => Text(row, "id")!)];

    internal static JsonNode Links(string id) =>
        new JsonArray(
            new JsonObject { ["rel"] = "self", ["href"] = $"{ApiHost.PublicUrl}/v2/{ApiHost.Project}/backups/{id}" },
            new JsonObject { ["rel"] = "bookmark", ["href"] = $"{ApiHost.PublicUrl}/{ApiHost.Project}/backups/{id}" }
        );
}
