using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>A world to itself for each test, and the words that most of them use.</summary>
public abstract class ManilaTests : IAsyncLifetime
{
    protected const string StockNotFound = "The resource could not be found.";
    protected const string Denied = "Access was denied to this resource.";

    internal ManilaWorld World { get; private set; } = null!;

    internal ApiHost Host => World.Host;

    public async ValueTask InitializeAsync() => World = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal virtual Task<ManilaWorld> StartAsync() => ManilaWorld.StartAsync();

    internal static void AssertFault(Answer answer, int status, string message) =>
        Assert.Equal((status, message), (answer.Code, answer.Fault?.Message));

    internal static void AssertAccepted(Answer answer)
    {
        Assert.Equal((202, ""), (answer.Code, answer.Text));
        Assert.Equal("text/html; charset=UTF-8", answer.Header("Content-Type"));
        Assert.Equal("0", answer.Header("Content-Length"));
    }

    protected static string[] Keys(JsonNode? json) => [.. json!.AsObject().Select(pair => pair.Key).Order()];

    protected static string? Text(JsonNode? json, string key) => json![key]?.GetValue<string>();
}
