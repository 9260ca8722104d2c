using System.Text.Json.Nodes;

namespace Holdfast.Api.Identity;

internal static class Links
{
    public static JsonObject Self(string url) => new() { ["self"] = url };
}
