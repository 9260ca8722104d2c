using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api;

/// <summary>A request as bytes will say it: texts hold one byte a character, so that they can hold what is no text.</summary>
internal sealed record RawRequest(string Method, string Path, string Query, string? Body)
{
    public List<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] ToBytes()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Method} {Path}{Query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        );
        foreach ((string name, string value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        if (Body is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        }
        return Encoding.Latin1.GetBytes(text.Append("\r\n").Append(Body).ToString());
    }
}

/// <summary>One thing wrong with a request at a time, or a few; the same for the same seed.</summary>
/// <param name="strangers">Ids of what is another project's.</param>
internal sealed class RequestMutations(Random random, IReadOnlyList<string> strangers)
{
    private const string Placeholder = "\"@@@\"";

    private static readonly string Long = new('x', 5000);

    private static readonly string[] Methods =
    [
        "HEAD",
        "get",
        "PATCH",
        "DELETE",
        "PUT",
        "POST",
        "GET",
        "FROB",
        "OPTIONS",
    ];

    private static readonly string[] Segments =
    [
        .. new[]
        {
            "",
            ".",
            "..",
            "%2e%2e",
            "%2e%2e%2f",
            "%00",
            "%0a",
            "%0d%0a",
            "%20",
            "%25",
            "%2F",
            "%5c",
            "%7f",
            "%",
        },
        .. new[]
        {
            "%zz",
            "%ff",
            "%c0%af",
            "%ed%a0%80",
            "%F0%9F%93%A6",
            "\u00c3\u00a9",
            ";a=b",
            "a?b",
            "#",
            "{id}",
            "*",
        },
        .. new[]
        {
            "detail",
            "manage",
            "new",
            "action",
            "null",
            "0",
            "-1",
            "DETAIL",
            "x.json",
            ".json",
            "'--",
            "%27%3B",
        },
        .. new[] { "0123456789abcdef", "-", Long[..200], Long[..3000], Long + Long },
    ];

    private static readonly string[] Parameters =
    [
        .. new[]
        {
            "limit",
            "offset",
            "marker",
            "sort_key",
            "sort_dir",
            "name",
            "name~",
            "description~",
            "status",
            "id",
        },
        .. new[]
        {
            "all_tenants",
            "is_public",
            "share_id",
            "host",
            "topic",
            "is_soft_deleted",
            "with_count",
            "",
            "%ff",
        },
    ];

    private static readonly string[] Values =
    [
        .. new[] { "", "0", "1", "-1", "+1", "1.5", "1e9", "abc", "true", "None", "%00", "%ff", "%c3%28", "%", "%zz" },
        .. new[]
        {
            "99999999999999999999999999999999999999999",
            "2147483648",
            "-99999999999999999999",
            "%2B1",
            "%E2%88%9E",
        },
        .. new[] { "%25", "_", "%5C", "%25%25%25%25%25%25%25%25a", "'", "%22", "created_at", "asc", "\u00e9", "a b" },
        .. new[] { "%F0%9F%93%A6", "%ED%A0%80", Long[..2000], Long },
    ];

    private static readonly (string Name, string[] Values)[] HeaderValues =
    [
        (
            "X-OpenStack-Manila-API-Version",
            [
                "",
                "2",
                "2.0",
                "2.6",
                "2.79",
                "2.99",
                "2.100",
                "3.0",
                "latest",
                "2.\u00b2",
                "-1.0",
                "2.91,2.91",
                "\u00ff",
                Long,
            ]
        ),
        ("X-OpenStack-Manila-API-Experimental", ["", "false", "yes", "2", "\u00e9", "\u00c3\u00a9", Long]),
        (
            "Content-Type",
            [
                "",
                "text/plain",
                "application/json; charset=utf-16",
                "APPLICATION/JSON",
                ";",
                "application/json;;=",
                "\u00ff",
                "*/*",
            ]
        ),
        (
            "X-Auth-Token",
            ["", " ", "x", "member,", "\u00ff\u00fe", "\u00c3\u00a9", "a\0b", "gAAAA.e30.x", Long, Long + Long]
        ),
        ("Accept", ["text/html", "", "\u00ff"]),
        ("X-HTTP-Method-Override", ["DELETE"]),
        ("Expect", ["100-continue", "junk"]),
        ("Cookie", ["\u00ff=;;;", Long]),
    ];

    // Raw JSON, and what is none.
    private static readonly string[] Json =
    [
        .. new[]
        {
            "null",
            "true",
            "0",
            "-1",
            "1.5",
            "1e400",
            "-0",
            "123456789012345678901234567890",
            "\"\"",
            "[]",
            "{}",
        },
        .. new[]
        {
            "\"x\"",
            "[1]",
            "[[]]",
            "{\"a\":1}",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u0000\"",
            "\"\\ud83d\\udce6\"",
        },
        .. new[]
        {
            "{\"\\ud800\":1}",
            "{\"\":\"\"}",
            "\"\u00ff\u00fe\"",
            "\"\u00ed\u00a0\u0080\"",
            "\"\u00c3\u00a9\"",
            "NaN",
            "01",
        },
        .. new[]
        {
            "tru",
            "\"a\nb\"",
            "'x'",
            "",
            "\"../../x\"",
            "\"%s\"",
            "[",
            "}",
            "\"\\u00\"",
            "\"%00\"",
            "\"' OR 1=1 --\"",
        },
        $"\"{Long[..255]}\"",
        $"\"{Long[..256]}\"",
        $"\"{Long}\"",
        new string('9', 400),
        new string('[', 60) + new string(']', 60),
        new string('[', 2000) + new string(']', 2000),
    ];

    private static readonly string[] Keys =
    [
        .. new[]
        {
            "a",
            "",
            "share_id",
            "name",
            "description",
            "backup_options",
            "status",
            "size",
            "metadata",
            "share_type",
        },
        .. new[]
        {
            "driver_options",
            "project_id",
            "export_path",
            "is_public",
            "restore",
            "\\ud800",
            "\\u0000",
            "\\u006eame",
        },
    ];

    /// <summary>Of this run: printed, and given back with <c>HOLDFAST_TEST_SEED</c>.</summary>
    public static int Seed()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("HOLDFAST_TEST_SEED"), out int given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"HOLDFAST_TEST_SEED={seed}");
        return seed;
    }

    /// <param name="byOthers">Whether the caller may not touch another project's: only then its ids are tried.</param>
    public RawRequest Mutate(RawRequest request, bool byOthers)
    {
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            request = random.Next(byOthers ? 12 : 11) switch
            {
                0 => request with { Method = Any(Methods) },
                1 or 2 => request with { Path = Segment(request.Path) },
                3 or 4 => request with { Query = Parameter(request.Query) },
                5 or 6 => request with { Headers = Header(request.Headers) },
                7 => request with { Body = Damage(request.Body ?? "{}") },
                < 11 => request with { Body = Change(request.Body) },
                _ => Foreign(request),
            };
        }
        return request;
    }

    private string Segment(string path)
    {
        List<string> segments = [.. path.Split('/')];
        int at = random.Next(1, segments.Count);
        switch (random.Next(6))
        {
            case 0:
                segments.Insert(at, Any(Segments));
                break;
            case 1:
                segments.RemoveAt(at);
                break;
            case 2:
                segments[at] = string.Concat(segments[at].Select(letter => $"%{(int)letter & 255:x2}"));
                break;
            case 3:
                segments[at] = segments[at].ToUpperInvariant();
                break;
            default:
                segments[at] = Any(Segments);
                break;
        }
        return segments.Count == 1 ? "/" : string.Join('/', segments);
    }

    private string Parameter(string query)
    {
        StringBuilder text = new(query.Length == 0 ? "?" : query);
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            text.Append('&').Append(Any(Parameters));
            if (random.Next(8) > 0)
            {
                text.Append('=').Append(Any(Values));
            }
        }
        return text.ToString();
    }

    private List<(string, string)> Header(List<(string Name, string Value)> headers)
    {
        (string name, string[] values) = Any(HeaderValues);
        List<(string Name, string Value)> changed = [.. headers];
        int known = changed.FindIndex(header => header.Name == name);
        if (known >= 0 && random.Next(4) > 0)
        {
            changed.RemoveAt(known);
        }
        if (random.Next(8) > 0)
        {
            changed.Add((name, Any(values)));
        }
        return changed;
    }

    /// <summary>Bytes cut off, put in, changed.</summary>
    private string Damage(string body)
    {
        int at = random.Next(body.Length + 1);
        return random.Next(6) switch
        {
            0 => body[..at],
            1 => body[at..],
            2 => body.Insert(at, ((char)random.Next(256)).ToString()),
            3 => "\u00ef\u00bb\u00bf" + body,
            4 => string.Concat(body.Select(letter => $"{letter}\0")),
            _ => body + body,
        };
    }

    /// <summary>A member dropped, doubled, renamed, or given another value: at any depth.</summary>
    private string Change(string? body)
    {
        List<JsonObject> objects = Parse(body) is { } parsed ? [.. Objects(parsed)] : [];
        if (objects is not [JsonObject root, ..] || random.Next(6) == 0)
        {
            return random.Next(2) == 0 ? Any(Json) : $"{{\"{Any(Keys)}\":{Any(Json)}}}";
        }
        JsonObject parent = Any(objects);
        string[] keys = [.. parent.Select(pair => pair.Key)];
        string key = keys.Length == 0 ? "a" : Any(keys);
        int kind = random.Next(5);
        if (kind == 0)
        {
            parent.Remove(key);
            return root.ToJsonString();
        }
        string value = parent[key]?.ToJsonString() ?? "null";
        parent[key] = "@@@";
        string other = kind switch
        {
            1 => $"{value},\"{key}\":{Any(Json)}",
            2 => $"{value},\"{Any(Keys)}\":{Any(Json)}",
            3 => $"[{value}]",
            _ => Any(Json),
        };
        return root.ToJsonString().Replace(Placeholder, other, StringComparison.Ordinal);
    }

    private RawRequest Foreign(RawRequest request)
    {
        string id = Any(strangers);
        string[] segments = request.Path.Split('/');
        int at = Array.FindIndex(segments, segment => segment.Length == 36);
        if (at >= 0)
        {
            segments[at] = id;
        }
        JsonNode? body = Parse(request.Body);
        if (body is JsonObject { Count: 1 } only)
        {
            string key = only.First().Key;
            body =
                only[key] is JsonObject inner && inner["share_id"] is not null
                    ? new JsonObject { [key] = new JsonObject { ["share_id"] = id } }
                    : new JsonObject { [key] = key == "restore" ? id : only[key]?.DeepClone() };
        }
        return request with { Path = string.Join('/', segments), Body = body?.ToJsonString() ?? request.Body };
    }

    /// <returns>Null for what the library cannot walk: no JSON, a member twice, half a character.</returns>
    private static JsonNode? Parse(string? body)
    {
        try
        {
            JsonNode? root = body is null ? null : JsonNode.Parse(body);
            return root is not null && Objects(root).ToList().Count > 0 && root.ToJsonString().Length > 0 ? root : null;
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode root)
    {
        if (root is not JsonObject self)
        {
            yield break;
        }
        yield return self;
        foreach ((_, JsonNode? child) in self)
        {
            foreach (JsonObject inner in child is null ? [] : Objects(child))
            {
                yield return inner;
            }
        }
    }

    private T Any<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
