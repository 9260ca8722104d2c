using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast sharing</c> against a running service, by the owner of a backup and by a recipient.</summary>
public sealed class SharingVerbTests
{
    [Fact]
    public async Task ABackupIsOfferedAcceptedShownLeftAndSharedAgainUntilItIsCancelled()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant owner = await Tenant.CreateAsync(server.Url, "owner");
        using Tenant recipient = await Tenant.CreateAsync(server.Url, "recipient");
        string backup = await owner.BackUpAsync(await owner.CreateShareAsync());
        VerbClient giver = Client(server, owner);
        VerbClient taker = Client(server, recipient);

        JsonNode offered = Assert.Single(
            (
                await giver.AskAsync(
                    "create",
                    backup,
                    "--to",
                    recipient.ProjectId,
                    "--must-accept",
                    "--expires",
                    "2100-01-01T01:00:00+01:00"
                )
            ).AsArray()
        )!;
        string id = Text(offered, "id");
        Assert.Equal(("pending", "2100-01-01T00:00:00Z"), (Text(offered, "state"), Text(offered, "expires_at")));
        Assert.Equal(id, Text((await giver.AskAsync("list", "--state", "pending"))[0]!, "id"));
        Assert.Empty((await taker.AskAsync("list")).AsArray());
        JsonNode received = Assert.Single((await taker.AskAsync("list", "--received", "--backup", backup)).AsArray())!;
        Assert.Equal((id, backup), (Text(received, "id"), Text(received["backup"]!, "id")));

        Assert.Equal("rejected", Text(await taker.AskAsync("reject", id), "state"));
        Assert.Equal("accepted", Text(await taker.AskAsync("accept", id), "state"));
        ProcessResult shown = (await taker.RunAsync("show", id)).Checked("show");
        Assert.Contains("accepted", shown.Output, StringComparison.Ordinal);
        Assert.Contains(owner.ProjectId, shown.Output, StringComparison.Ordinal);

        ProcessResult left = (await taker.RunAsync("leave", id)).Checked("leave");
        Assert.Equal($"sharing {id} has ended", left.Output);
        Assert.Equal(4, (await giver.RunAsync("show", id)).ExitCode);

        string again = Text((await giver.AskAsync("create", backup, "--to", recipient.ProjectId))[0]!, "id");
        Assert.Equal("accepted", Text(await taker.AskAsync("show", again), "state"));
        Assert.Equal("", (await giver.RunAsync("cancel", again, "--json")).Checked("cancel").Output);
        Assert.Empty((await taker.AskAsync("list", "--received")).AsArray());
    }

    [Fact]
    public async Task EachRefusalHasItsExitCode()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant owner = await Tenant.CreateAsync(server.Url, "owner");
        using Tenant recipient = await Tenant.CreateAsync(server.Url, "recipient");
        using Tenant stranger = await Tenant.CreateAsync(server.Url, "stranger");
        string backup = await owner.BackUpAsync(await owner.CreateShareAsync());
        JsonNode row = (await Client(server, owner).AskAsync("create", backup, "--to", recipient.ProjectId))[0]!;
        string id = Text(row, "id");

        await RefusedAsync(4, stranger, "show", id);
        await RefusedAsync(4, stranger, "leave", id);
        await RefusedAsync(4, stranger, "create", backup, "--to", recipient.ProjectId);
        await RefusedAsync(1, recipient, "cancel", id);
        await RefusedAsync(1, owner, "leave", id);
        await RefusedAsync(1, owner, "accept", id);
        await RefusedAsync(1, owner, "create", backup, "--to", owner.ProjectId);
        await RefusedAsync(1, owner, "create", backup, "--to", "nobody");
        await RefusedAsync(1, owner, "create", backup, "--to", stranger.ProjectId, "--expires", "2000-01-01T00:00:00Z");
        Assert.Equal(1, (await Client(server, owner).RunAsync("create", backup)).ExitCode);
        Assert.Equal(1, (await Client(server, owner).RunAsync("list", "--limit", "0")).ExitCode);

        async Task RefusedAsync(int code, Tenant who, params string[] arguments)
        {
            ProcessResult result = await Client(server, who).RunAsync(arguments);
            Assert.Equal((code, ""), (result.ExitCode, result.Output));
            Assert.StartsWith("holdfast: ", result.Error, StringComparison.Ordinal);
        }
    }

    private static VerbClient Client(HoldfastServer server, Tenant tenant) =>
        new(server, "sharing", VerbClient.Variables(server, tenant));

    private static string Text(JsonNode row, string name) => row[name]!.GetValue<string>();
}
