using System.Text.Json;
using System.Text.Unicode;
using Holdfast.Api.Manila;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>
/// A JSON object that a client sent, read by name: whatever is not as it should be is 400 and says where. Members that
/// nobody asks for are ignored. A null is as good as absent.
/// </summary>
internal readonly struct IdentityBody
{
    private readonly JsonElement json;
    private readonly string path;

    private IdentityBody(JsonElement json, string path)
    {
        this.json = json;
        this.path = path;
    }

    /// <summary>Whatever its declared type: Keystone takes every body for JSON.</summary>
    public static async Task<IdentityBody> ReadAsync(HttpContext http)
    {
        byte[] bytes = await RequestBody.ReadAsync(http);
        if (!Utf8.IsValid(bytes))
        {
            throw IdentityError.BadRequest("The request body is not UTF-8.");
        }
        try
        {
            if (!JsonText.IsUnicode(bytes))
            {
                throw IdentityError.BadRequest("The request body has text that is not valid Unicode.");
            }
            JsonElement root = JsonElement.Parse(bytes);
            return root.ValueKind == JsonValueKind.Object
                ? new IdentityBody(root, "")
                : throw IdentityError.BadRequest("The request body must be a JSON object.");
        }
        catch (JsonException)
        {
            throw IdentityError.BadRequest("The request body is not JSON, or is nested too deeply.");
        }
    }

    public IdentityBody Object(string name) =>
        OptionalObject(name) ?? throw IdentityError.BadRequest($"'{Path(name)}' is missing.");

    public IdentityBody? OptionalObject(string name) =>
        Member(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } value => new IdentityBody(value, Path(name)),
            _ => throw IdentityError.BadRequest($"'{Path(name)}' must be an object."),
        };

    public string Text(string name) =>
        OptionalText(name) ?? throw IdentityError.BadRequest($"'{Path(name)}' is missing.");

    /// <summary>Unicode without NUL.</summary>
    public string? OptionalText(string name) =>
        Member(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } value => Unescape(value, Path(name)),
            _ => throw IdentityError.BadRequest($"'{Path(name)}' must be text."),
        };

    public bool? OptionalFlag(string name) =>
        Member(name)?.ValueKind switch
        {
            null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw IdentityError.BadRequest($"'{Path(name)}' must be true or false."),
        };

    public IReadOnlyList<string> Texts(string name)
    {
        if (Member(name) is not { ValueKind: JsonValueKind.Array } list)
        {
            throw IdentityError.BadRequest($"'{Path(name)}' must be a list.");
        }
        string where = Path(name);
        return
        [
            .. list.EnumerateArray()
                .Select(one =>
                    one.ValueKind == JsonValueKind.String
                        ? Unescape(one, where)
                        : throw IdentityError.BadRequest($"'{where}' must be a list of texts.")
                ),
        ];
    }

    /// <summary>Whether the member is there at all and is this very text.</summary>
    public bool IsText(string name, string text) =>
        Member(name) is { ValueKind: JsonValueKind.String } value && value.ValueEquals(text);

    public bool Has(string name) => Member(name) is not null;

    private JsonElement? Member(string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    // A NUL has no place in a text column.
    private static string Unescape(JsonElement value, string path)
    {
        string text = value.GetString()!;
        return text.Contains('\0')
            ? throw IdentityError.BadRequest($"'{path}' must not contain a NUL character.")
            : text;
    }
}
