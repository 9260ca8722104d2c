using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>/api/v1/events</c>: what the service does is told while it does it, to whoever may see it.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task EachOperationIsToldFromItsBeginToItsEndAndTheNodesEndEndsTheStream()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        using Tenant other = await Tenant.CreateAsync(server.Url, "other");
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Join(share.Directory, "file"), "content");

        using StreamReader events = await OpenAsync(tenant);
        using StreamReader others = await OpenAsync(other);
        string backup = await tenant.BackUpAsync(share);
        JsonNode told;
        do
        {
            told = (await NextAsync(events))!;
            Assert.Equal(tenant.ProjectId, Text(told, "project_id"));
        } while ((Text(told, "kind"), Text(told, "status")) != ("create_backup", "succeeded"));
        Assert.Equal(backup, Text(told, "backup_id"));
        Assert.Equal(100, told["percent"]!.GetValue<int>());
        Assert.Equal((7, 1), (told["bytes"]!.GetValue<long>(), told["files"]!.GetValue<long>()));

        // Both are open, and the node ends all the same.
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
        Assert.Null(await NextAsync(others));
    }

    private static async Task<StreamReader> OpenAsync(Tenant tenant)
    {
        HttpResponseMessage reply = await tenant.Session.DownloadAsync("/api/v1/events");
        Assert.Equal("text/event-stream", reply.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await reply.Content.ReadAsStreamAsync());
    }

    /// <returns>The next operation that is told of; null at the stream's end.</returns>
    private static async Task<JsonNode?> NextAsync(StreamReader events)
    {
        const string data = "data: ";
        while (await events.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(data, StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[data.Length..]);
            }
        }
        return null;
    }

    private static string? Text(JsonNode node, string name) => node[name]?.GetValue<string>();
}
