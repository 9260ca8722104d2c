using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.SystemTests.Server;

/// <summary>Reads what a command-line client prints as JSON.</summary>
internal static class ClientOutput
{
    public static string Text(JsonNode node, string name) => node[name]!.ToString();

    /// <summary>One column of a list, row by row.</summary>
    public static IEnumerable<string> Column(JsonNode rows, string name) =>
        rows.AsArray().Select(row => Text(row!, name));

    /// <summary>The names of an object's fields.</summary>
    public static IEnumerable<string> Fields(JsonNode node) => node.AsObject().Select(field => field.Key);

    /// <summary>Fails unless the object has these fields with these values.</summary>
    public static void AssertFields(JsonNode node, params (string Name, string? Value)[] expected)
    {
        foreach ((string name, string? value) in expected)
        {
            Assert.True(node.AsObject().ContainsKey(name), $"{name} is missing: {node.ToJsonString()}");
            Assert.Equal((name, value), (name, node[name]?.ToString()));
        }
    }
}
