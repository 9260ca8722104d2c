using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Network;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Webhooks of a running service, by <c>holdfast webhook</c>, to a server on loopback.</summary>
public sealed class WebhookTests
{
    private static readonly Dictionary<string, string?> Open = new()
    {
        ["HOLDFAST_WEBHOOKS__NETWORKS"] = "127.0.0.0/8",
    };

    [Fact]
    public async Task WhatHappenedBeforeADeathIsToldAfterIt()
    {
        await using WebhookTarget target = new();
        await using HoldfastServer server = await HoldfastServer.StartAsync(settings: Open);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        VerbClient admin = new(server, "webhook", VerbClient.AdminVariables(server));
        JsonNode made = await admin.AskAsync("create", target.Url, "--all-projects", "--event", "backup.succeeded");
        (string id, string secret) = (Text(made, "id"), Text(made, "secret"));

        // It takes the event, and the service dies before it hears of it: the answer never comes.
        using ManualResetEventSlim dead = new();
        target.Answer = _ =>
        {
            dead.Wait(TimeSpan.FromSeconds(60));
            return 204;
        };
        string backup = await tenant.BackUpAsync(share);
        await Eventually.HoldsAsync("the event to be sent", () => Task.FromResult(target.Calls.Count == 1));
        await server.KillAsync();
        target.Answer = _ => 204;
        dead.Set();
        await server.StartAgainAsync();

        await Eventually.HoldsAsync("it to be sent again", () => Task.FromResult(target.Calls.Count == 2));
        WebhookCall[] calls = [.. target.Calls];
        Assert.Equal(calls[0].Id, calls[1].Id);
        Assert.Equal(StandardWebhooks.Sign(secret, calls[1].Id, calls[1].Timestamp, calls[1].Body), calls[1].Signature);
        JsonNode body = JsonNode.Parse(calls[1].Body)!;
        Assert.Equal(("backup.succeeded", backup), (Text(body, "type"), Text(body["data"]!, "backup_id")));
        await Eventually.HoldsAsync(
            "the delivery to be shown",
            async () => (await admin.AskAsync("show", id))["delivered_at"] is not null
        );
    }

    [Fact]
    public async Task AMembersWebhookNeedsAHostThatIsListedAndAPrivateAddressIsNotReached()
    {
        await using WebhookTarget target = new();
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            settings: new Dictionary<string, string?> { ["HOLDFAST_WEBHOOKS__HOSTS"] = "localhost" }
        );
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        VerbClient member = new(server, "webhook", VerbClient.Variables(server, tenant));
        ProcessResult refused = await member.RunAsync("create", target.Url);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("HOLDFAST_WEBHOOKS__HOSTS", refused.Error, StringComparison.Ordinal);

        string url = target.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        string id = Text(await member.AskAsync("create", url), "id");
        await member.AskAsync("test", id);
        JsonNode? shown = null;
        await Eventually.HoldsAsync(
            "the try to be over",
            async () => (shown = await member.AskAsync("show", id))["problem"] is not null
        );
        Assert.Equal("Its host has no address that webhooks may reach.", Text(shown!, "problem"));
        Assert.Empty(target.Calls);

        ProcessResult listed = (await member.RunAsync("list")).Checked("list");
        Assert.Contains("1 webhook", listed.Output, StringComparison.Ordinal);
        Assert.False((bool)(await member.AskAsync("set", id, "--disable"))["enabled"]!);
        Assert.Equal(1, (await member.RunAsync("test", id)).ExitCode);
        (await member.RunAsync("delete", id)).Checked("delete");
        Assert.Equal(4, (await member.RunAsync("show", id)).ExitCode);
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;
}
