using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Unicode;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila;

/// <summary>The query of a list. A parameter given twice counts by its last value; text that is not UTF-8 is 400.</summary>
internal sealed class QueryParameters
{
    private readonly List<KeyValuePair<string, string>> inOrder = [];
    private readonly Dictionary<string, string> last = new(StringComparer.Ordinal);

    public QueryParameters(string? queryString)
    {
        ReadOnlySpan<char> text = queryString.AsSpan().TrimStart('?');
        foreach (Range range in text.Split('&'))
        {
            ReadOnlySpan<char> pair = text[range];
            if (pair.IsEmpty)
            {
                continue;
            }
            int equals = pair.IndexOf('=');
            string key = Decode(equals < 0 ? pair : pair[..equals]);
            string value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            last[key] = value;
            inOrder.Add(new(key, value));
        }
    }

    /// <summary>The value of the first of these names that was given; null when none was.</summary>
    public string? this[params ReadOnlySpan<string> names]
    {
        get
        {
            foreach (string name in names)
            {
                if (last.TryGetValue(name, out string? value))
                {
                    return value;
                }
            }
            return null;
        }
    }

    public bool Flag(params ReadOnlySpan<string> names) => this[names] is { } value && Truth.Of(value);

    public Page Page() =>
        new(
            Limit: Count("limit", "limit param must be an integer", "limit param must be positive"),
            Offset: Offset(),
            Marker: this["marker"] is { Length: > 0 } marker ? marker : null,
            SortKey: this["sort_key"] is { Length: > 0 } key ? key : null,
            SortDirection: this["sort_dir"] is { Length: > 0 } direction ? direction : null
        );

    /// <summary>The same query with the marker after <paramref name="id"/>: what a next link carries.</summary>
    public string After(string id) => With("marker", id, "offset");

    /// <summary>The same query with this offset: what a next link carries where there are no markers.</summary>
    public string From(int offset) => With("offset", $"{offset}");

    /// <summary>The same query behind the place that <paramref name="cursor"/> names: what a next link carries where rows come and go.</summary>
    public string Behind(string cursor) => With("cursor", cursor, "offset");

    private string With(string name, string value, params IReadOnlyList<string> without)
    {
        StringBuilder text = new();
        foreach ((string key, string other) in inOrder.Where(pair => pair.Key != name && !without.Contains(pair.Key)))
        {
            text.Append(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(other)).Append('&');
        }
        return text.Append(name).Append('=').Append(Uri.EscapeDataString(value)).ToString();
    }

    private int Offset()
    {
        if (this["offset"] is not { } text)
        {
            return 0;
        }
        if (!TryInteger(text, out decimal value))
        {
            throw Fault.BadRequest("offset must be an integer");
        }
        return value switch
        {
            < 0 => throw Fault.BadRequest("offset must be >= 0"),
            > int.MaxValue => throw Fault.BadRequest("offset must be <= 2147483647"),
            _ => (int)value,
        };
    }

    private int? Count(string name, string notInteger, string negative)
    {
        if (this[name] is not { } text)
        {
            return null;
        }
        if (!TryInteger(text, out decimal value))
        {
            throw Fault.BadRequest(notInteger);
        }
        return value < 0 ? throw Fault.BadRequest(negative) : (int)Math.Min(value, int.MaxValue);
    }

    // Beyond 28 digits a number is merely very large.
    private static bool TryInteger(string text, out decimal value)
    {
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        bool signed = digits.Length > 0 && digits[0] is '-' or '+';
        ReadOnlySpan<char> bare = signed ? digits[1..] : digits;
        value = 0;
        if (bare.IsEmpty || bare.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }
        value =
            bare.Length > 28 ? decimal.MaxValue : decimal.Parse(bare, NumberStyles.None, CultureInfo.InvariantCulture);
        value = digits[0] == '-' ? -value : value;
        return true;
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        byte[] bytes = WebUtility.UrlDecodeToBytes(
            Encoding.UTF8.GetBytes(text.ToString()),
            0,
            Encoding.UTF8.GetByteCount(text)
        )!;
        return Utf8.IsValid(bytes) && !bytes.AsSpan().Contains((byte)0)
            ? Encoding.UTF8.GetString(bytes)
            : throw Fault.BadRequest("The query string is not valid UTF-8 text.");
    }
}

/// <summary>oslo.utils' reading of a boolean in text: a few words are true, whatever else is false.</summary>
internal static class Truth
{
    public static bool Of(string? text) => Strictly(text) == true;

    /// <returns>Null for what is neither true nor false.</returns>
    public static bool? Strictly(string? text) =>
        text?.Trim().ToLowerInvariant() switch
        {
            "1" or "t" or "true" or "on" or "y" or "yes" => true,
            "0" or "f" or "false" or "off" or "n" or "no" => false,
            _ => null,
        };
}
