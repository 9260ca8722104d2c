using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Holdfast.Engine.Trees;

/// <summary>The values of a node, from the reader's current token. Each throws when the token is not one.</summary>
internal static class JsonValue
{
    /// <summary>A string's text, its JSON escapes undone, as UTF-8.</summary>
    public static byte[] Bytes(ref Utf8JsonReader reader)
    {
        TreeReader.Require(ref reader, JsonTokenType.String);
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.ToArray();
        }
        byte[] rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            return rented.AsSpan(0, reader.CopyString(rented)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public static string Text(ref Utf8JsonReader reader) => Encoding.UTF8.GetString(Bytes(ref reader));

    /// <summary>A name: a JSON string whose text is itself quoted as Go does.</summary>
    public static byte[] Name(ref Utf8JsonReader reader)
    {
        byte[] quoted = Bytes(ref reader);
        if (!quoted.AsSpan().ContainsAny((byte)'\\', (byte)'"', (byte)'\n'))
        {
            return quoted;
        }
        return GoUnquote.TryUnquote(quoted, quoted, out int length)
            ? quoted[..length]
            : throw new FormatException($"the name {Encoding.UTF8.GetString(quoted)} is not quoted as Go does.");
    }

    public static UnixTime Time(ref Utf8JsonReader reader)
    {
        TreeReader.Require(ref reader, JsonTokenType.String);
        ReadOnlySpan<byte> text = reader.ValueIsEscaped ? Bytes(ref reader) : reader.ValueSpan;
        return Rfc3339.TryParse(text, out UnixTime time)
            ? time
            : throw new FormatException($"{Encoding.UTF8.GetString(text)} is no time.");
    }

    public static Id Id(ref Utf8JsonReader reader)
    {
        TreeReader.Require(ref reader, JsonTokenType.String);
        Span<byte> bytes = stackalloc byte[Engine.Id.Size];
        bool valid =
            reader.ValueSpan.Length == 2 * Engine.Id.Size
            && Convert.FromHexString(reader.ValueSpan, bytes, out _, out _) == OperationStatus.Done;
        return valid
            ? new Id(bytes)
            : throw new FormatException($"an id at byte {reader.TokenStartIndex} is not 64 hexadecimal digits.");
    }
}
