using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.Api.Native.OpenApi;

/// <summary>The native API as OpenAPI 3.1 has it, made of <see cref="CallDescriptions"/>; schemas are those of the examples.</summary>
internal static partial class OpenApiDocument
{
    private const string Json = "application/json";

    /// <param name="server">Where the API is: its base, without a slash at the end.</param>
    /// <param name="version">The service's.</param>
    public static byte[] Of(string server, string version)
    {
        JsonObject paths = [];
        foreach (CallDescription call in CallDescriptions.All)
        {
            string[] name = call.Name.Split(' ');
            string path = "/" + name[1].Replace("**", "", StringComparison.Ordinal);
            if (paths[path] is not JsonObject item)
            {
                paths[path] = item = [];
            }
            item[name[0].ToLowerInvariant()] = Operation(call, name[1]);
        }
        JsonObject document = new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Holdfast native API",
                ["version"] = version,
                ["description"] =
                    "What Manila's and VBS's APIs have no words for. Lists page by limit and an opaque cursor; an error is a "
                    + "problem document (RFC 9457); another project's object is 404.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "header",
                        ["name"] = "X-Auth-Token",
                        ["description"] = "A token of the Identity API, scoped to a project.",
                    },
                },
                ["responses"] = new JsonObject
                {
                    ["Problem"] = Response(
                        "What is wrong, and what to do.",
                        "application/problem+json",
                        Examples.Problem
                    ),
                },
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static JsonObject Operation(CallDescription call, string route)
    {
        JsonArray parameters = [];
        foreach (Match name in PathParameter().Matches(route))
        {
            parameters.Add((JsonNode)Parameter("path", name.Groups["name"].Value, meaning: null));
        }
        (string, string)[] paging = call.IsList
            ? [("limit", "how many rows, from 1 to 1000"), ("cursor", "the list goes on here")]
            : [];
        foreach ((string name, string meaning) in call.Query.Concat(paging))
        {
            parameters.Add((JsonNode)Parameter("query", name, meaning));
        }
        JsonObject operation = new()
        {
            ["operationId"] = NotPlain().Replace(call.Name.ToLowerInvariant(), "_").Trim('_'),
            ["tags"] = new JsonArray(route.Split('/')[0]),
            ["summary"] = call.Summary,
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                [$"{call.Status}"] = Response("As asked.", call.ContentType ?? Json, call.Answer, call.ContentType),
                ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" },
            },
        };
        if (call.Body is { } body)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Json, body) };
        }
        return operation;
    }

    private static JsonObject Parameter(string place, string name, string? meaning)
    {
        JsonObject parameter = new()
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = place == "path",
            ["schema"] = new JsonObject { ["type"] = "string" },
        };
        if (meaning is not null)
        {
            parameter["description"] = meaning;
        }
        return parameter;
    }

    private static JsonObject Response(string description, string type, string? example, string? other = null)
    {
        JsonObject response = new() { ["description"] = description };
        if (example is not null)
        {
            response["content"] = Content(type, example);
        }
        else if (other is not null)
        {
            response["content"] = new JsonObject
            {
                [type] = new JsonObject { ["schema"] = Schema(JsonValue.Create("")) },
            };
        }
        return response;
    }

    private static JsonObject Content(string type, string example)
    {
        JsonNode value = JsonNode.Parse(example)!;
        return new JsonObject
        {
            [type] = new JsonObject { ["schema"] = Schema(value), ["example"] = value },
        };
    }

    /// <summary>The shape of a value. What an example has as null may be anything.</summary>
    private static JsonObject Schema(JsonNode? value) =>
        value switch
        {
            null => [],
            JsonObject members => new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(
                    members.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)Schema(one.Value)))
                ),
            },
            JsonArray rows => new JsonObject { ["type"] = "array", ["items"] = Schema(rows.FirstOrDefault()) },
            _ => new JsonObject
            {
                ["type"] = value.GetValueKind() switch
                {
                    JsonValueKind.Number => "integer",
                    JsonValueKind.True or JsonValueKind.False => "boolean",
                    _ => "string",
                },
            },
        };

    [GeneratedRegex(@"\{\**(?<name>[a-z_]+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex PathParameter();

    [GeneratedRegex("[^a-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex NotPlain();
}
