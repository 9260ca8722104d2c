using System.Buffers;
using System.Globalization;
using System.Text;
using Holdfast.Engine.Trees;

namespace Holdfast.Tests.Engine.Trees;

/// <summary>A tree's JSON written as one would write it who need not be fast: field by field, each text quoted in full, then escaped.</summary>
internal static class PlainTree
{
    private static readonly Dictionary<char, string> GoLetters = new()
    {
        ['\a'] = @"\a",
        ['\b'] = @"\b",
        ['\f'] = @"\f",
        ['\n'] = @"\n",
        ['\r'] = @"\r",
        ['\t'] = @"\t",
        ['\v'] = @"\v",
        ['"'] = "\\\"",
        ['\\'] = @"\\",
    };

    public static string Of(IEnumerable<Node> nodes) => $"{{\"nodes\":[{string.Join(",", nodes.Select(Json))}]}}\n";

    private static string Json(Node node)
    {
        string?[] fields =
        [
            Field("name", String(Quoted(node.Name))),
            Field("type", String(node.Type.ToString().ToLowerInvariant())),
            Number("mode", node.Mode),
            Field("mtime", String(Time(node.ModifyTime))),
            Field("atime", String(Time(node.AccessTime))),
            Field("ctime", String(Time(node.ChangeTime))),
            Field("uid", $"{node.Uid}"),
            Field("gid", $"{node.Gid}"),
            Text("user", node.User),
            Text("group", node.Group),
            Number("inode", node.Inode),
            Number("device_id", node.DeviceId),
            Number("size", node.Size),
            Number("links", node.Links),
            node.LinkTarget.Length == 0 ? null : Field("linktarget", String(node.LinkTarget)),
            IsUtf8(node.LinkTarget) ? null : Field("linktarget_raw", String(Convert.ToBase64String(node.LinkTarget))),
            node.ExtendedAttributes.Count == 0
                ? null
                : Field("extended_attributes", List(node.ExtendedAttributes, Json)),
            Number("device", node.Device),
            Field("content", node.Content is null ? "null" : List(node.Content, id => String($"{id}"))),
            node.Subtree is null ? null : Field("subtree", String($"{node.Subtree}")),
            Text("error", node.Error),
        ];
        return $"{{{string.Join(",", fields.Where(field => field is not null))}}}";
    }

    private static string Json(ExtendedAttribute attribute) =>
        $"{{{Field("name", String(attribute.Name))},{Field("value", String(Convert.ToBase64String(attribute.Value)))}}}";

    private static string Field(string key, string value) => $"\"{key}\":{value}";

    private static string? Number(string key, ulong value) => value == 0 ? null : Field(key, $"{value}");

    private static string? Text(string key, string value) => value.Length == 0 ? null : Field(key, String(value));

    private static string List<T>(IEnumerable<T> all, Func<T, string> json) =>
        $"[{string.Join(",", all.Select(json))}]";

    private static string Time(UnixTime time)
    {
        string fraction = time.Nanoseconds.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');
        DateTime seconds = DateTime.UnixEpoch.AddSeconds(time.Seconds);
        return seconds.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
            + (fraction.Length == 0 ? "Z" : $".{fraction}Z");
    }

    private static string String(string text) => String(Encoding.UTF8.GetBytes(text));

    /// <summary>A JSON string as Go's encoding/json has it.</summary>
    private static string String(byte[] text) =>
        $"\"{string.Concat(Runes(text).Select(one => one.Rune is { } rune ? Escaped(rune) : @"\ufffd"))}\"";

    private static string Escaped(Rune rune) =>
        rune.Value switch
        {
            '"' or '\\' or '\b' or '\f' or '\n' or '\r' or '\t' => GoLetters[(char)rune.Value],
            < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029 => $"\\u{rune.Value:x4}",
            _ => rune.ToString(),
        };

    /// <summary>The inside of what Go's strconv.Quote makes of it.</summary>
    private static string Quoted(byte[] name) =>
        string.Concat(Runes(name).Select(one => one.Rune is { } rune ? Quoted(rune) : $"\\x{one.Byte:x2}"));

    private static string Quoted(Rune rune) =>
        rune.IsBmp && GoLetters.TryGetValue((char)rune.Value, out string? letter) ? letter
        : GoPrintable.IsPrintable(rune) ? rune.ToString()
        : rune.Value is < 0x20 or 0x7f ? $"\\x{rune.Value:x2}"
        : rune.IsBmp ? $"\\u{rune.Value:x4}"
        : $"\\U{rune.Value:x8}";

    private static bool IsUtf8(byte[] text) => Runes(text).All(one => one.Rune is not null);

    /// <summary>The characters of a text; a byte that belongs to none is one by itself.</summary>
    private static IEnumerable<(Rune? Rune, byte Byte)> Runes(byte[] text)
    {
        for (int at = 0; at < text.Length; )
        {
            bool valid = Rune.DecodeFromUtf8(text.AsSpan(at), out Rune rune, out int length) == OperationStatus.Done;
            yield return (valid ? rune : null, text[at]);
            at += valid ? length : 1;
        }
    }
}
