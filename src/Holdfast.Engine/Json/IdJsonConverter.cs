using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Engine.Json;

/// <summary>An id as 64 hex digits.</summary>
public sealed class IdJsonConverter : JsonConverter<Id>
{
    public override Id Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryRead(ref reader, out Id id) ? id : throw new JsonException("An id is 64 hexadecimal digits.");

    public override void Write(Utf8JsonWriter writer, Id value, JsonSerializerOptions options) => Write(writer, value);

    internal static void Write(Utf8JsonWriter writer, in Id id)
    {
        Span<byte> hex = stackalloc byte[2 * Id.Size];
        _ = Convert.TryToHexStringLower(id.Bytes, hex, out _);
        writer.WriteStringValue(hex);
    }

    internal static bool TryRead(ref Utf8JsonReader reader, out Id id)
    {
        id = default;
        if (
            reader.TokenType != JsonTokenType.String
            || reader.HasValueSequence
            || reader.ValueSpan.Length != 2 * Id.Size
        )
        {
            return false;
        }
        Span<byte> bytes = stackalloc byte[Id.Size];
        if (Convert.FromHexString(reader.ValueSpan, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }
        id = new Id(bytes);
        return true;
    }
}
