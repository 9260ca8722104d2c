using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

/// <summary>A host for each test.</summary>
public abstract class IdentityTests : IAsyncLifetime
{
    private protected IdentityHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await IdentityHost.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static string Text(JsonNode? node) => node!.GetValue<string>();

    private protected static IEnumerable<string> Names(Answer answer, string collection) =>
        answer.Json[collection]!.AsArray().Select(one => Text(one!["name"]));

    private protected static void AssertError(Answer answer, int status, string title)
    {
        Assert.Equal(status, answer.Code);
        JsonNode error = answer.Json["error"]!;
        Assert.Equal(status, error["code"]!.GetValue<int>());
        Assert.Equal(title, Text(error["title"]));
        Assert.NotEqual("", Text(error["message"]));
    }
}
