using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests.Kills;

/// <summary>The service is killed while it proves that a backup can be restored, and started again.</summary>
[Trait("e2e", "kills")]
public sealed class ProofKillTests
{
    [Fact]
    public async Task AVerificationBeginsAgain()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.SettleAsync();
        string pack = Directory
            .EnumerateFiles(mortal.InRepository("data"), "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        using OpenStackSession admin = await AdminAsync(mortal);
        await mortal.DieAsync(
            "openat",
            pack,
            async () =>
                (await admin.PostAsync($"/api/v1/repositories/{mortal.Tenant.ProjectId}/verify", new { })).Checked()
        );
        await mortal.StartAgainAsync();

        await Eventually.HoldsAsync(
            "the backup to be proven",
            async () =>
                (await mortal.Session.GetAsync($"/api/v1/backups/{backup}")).Checked().Body!["proven_at"] is not null
        );
        await mortal.AssertBackupsAsync("before");
    }

    [Fact]
    public async Task ADrillBeginsAgainInAnEmptyPlace()
    {
        await using Mortal mortal = await Mortal.StartAsync();
        string backup = await mortal.Tenant.BackUpAsync(mortal.Share);
        await mortal.SettleAsync();
        string place = Path.Join(mortal.Server.DataDirectory, "drills", $"holdfast-drills-{Environment.MachineName}");
        using OpenStackSession admin = await AdminAsync(mortal);
        await mortal.DieAsync(
            "syncfs",
            Path.Join(place, "restored"),
            async () => (await admin.PostAsync($"/api/v1/backups/{backup}/drill", new { })).Checked()
        );
        Assert.Equal("before", await File.ReadAllTextAsync(Path.Join(place, "restored", "file")));
        await mortal.StartAgainAsync();

        JsonNode? drill = null;
        await Eventually.HoldsAsync(
            "the drill to end",
            async () =>
            {
                JsonArray drills = (await mortal.Session.GetAsync("/api/v1/drills"))["drills"].AsArray();
                drill = Assert.Single(drills);
                return drill!["outcome"] is not null;
            }
        );
        Assert.Equal("passed", (string?)drill!["outcome"]);
        Assert.Empty(Mortal.In(place));
    }

    private static Task<OpenStackSession> AdminAsync(Mortal mortal) =>
        OpenStackSession.SignInAsync(mortal.Server.Url, "admin", HoldfastServer.AdminPassword, "admin");
}
