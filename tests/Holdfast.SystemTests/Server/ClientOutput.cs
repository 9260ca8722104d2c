using System.Text.Json.Nodes;

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
}
