using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Verifications and restore drills of a running service, and what its users see of them.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task ABackupIsProvenByReadingAndByRestoringUntilABitFlips()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        string id = await tenant.BackUpAsync(share);
        VerbClient backups = new(server, "backup", VerbClient.Variables(server, tenant));
        VerbClient operator1 = new(server, "repository", VerbClient.AdminVariables(server));
        Assert.Null((await backups.AskAsync("show", id))["proven_at"]);

        (await operator1.RunAsync("verify", tenant.ProjectId, "--wait")).Checked("verify");
        DateTimeOffset read = (DateTimeOffset)(await backups.AskAsync("show", id))["proven_at"]!;
        VerbClient drills = new(server, "backup", VerbClient.AdminVariables(server));
        (await drills.RunAsync("drill", id, "--wait")).Checked("drill");
        Assert.True((DateTimeOffset)(await backups.AskAsync("show", id))["proven_at"]! > read);
        JsonNode drill = Assert.Single((await backups.AskAsync("drills", "--share", share.Id)).AsArray())!;
        Assert.Equal("passed", (string?)drill["outcome"]);
        Assert.Empty(
            Directory.EnumerateFileSystemEntries(
                Path.Combine(server.DataDirectory, "drills", $"holdfast-drills-{Environment.MachineName}")
            )
        );
        VerbClient protection = new(server, "protection", VerbClient.Variables(server, tenant));
        JsonNode listed = Assert.Single((await protection.AskAsync("--state", "protected")).AsArray())!;
        Assert.Equal((share.Id, id), ((string?)listed["id"], (string?)listed["protection"]!["last_good_backup_id"]));
        Assert.Empty((await protection.AskAsync("--state", "failing")).AsArray());
        string table = (await protection.RunAsync()).Checked("protection").Output;
        Assert.Matches(@"share +.* protected .* s for [0-9.]+ .iB", table);
        JsonNode shown = (await tenant.Session.GetAsync($"/api/v1/shares/{share.Id}"))["protection"];
        Assert.Equal(("protected", id), ((string?)shown["state"], (string?)shown["last_good_backup_id"]));
        Assert.Equal("passed", (string?)shown["last_drill"]!["outcome"]);

        Flip(
            Directory
                .EnumerateFiles(
                    Path.Combine(server.DataDirectory, "store", tenant.ProjectId, "data"),
                    "*",
                    SearchOption.AllDirectories
                )
                .MaxBy(path => new FileInfo(path).Length)!
        );
        ProcessResult found = await operator1.RunAsync("verify", tenant.ProjectId, "--wait");
        Assert.NotEqual(0, found.ExitCode);
        Assert.Contains("1 backups are damaged", found.Error, StringComparison.Ordinal);
        JsonNode damaged = await backups.AskAsync("show", id);
        Assert.NotNull(damaged["damage"]);
        Assert.Null(damaged["proven_at"]);
        Assert.NotEqual(0, (await drills.RunAsync("drill", id, "--wait")).ExitCode);
        shown = (await tenant.Session.GetAsync($"/api/v1/shares/{share.Id}"))["protection"];
        Assert.Equal(("failing", null), ((string?)shown["state"], (string?)shown["last_good_backup_id"]));
        string repositories = (await operator1.RunAsync("list", "--all-projects")).Checked("list").Output;
        Assert.Contains("is damaged", repositories, StringComparison.Ordinal);
    }

    private static void Flip(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using FileStream file = File.Open(path, FileMode.Open);
        file.Position = 40;
        int old = file.ReadByte();
        file.Position = 40;
        file.WriteByte((byte)(old ^ 1));
    }
}
