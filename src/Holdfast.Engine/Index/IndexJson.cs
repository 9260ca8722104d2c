using System.Buffers;
using System.Text.Json;
using Holdfast.Engine.Json;
using Holdfast.Engine.Packs;

namespace Holdfast.Engine.Index;

/// <summary>An index object's JSON, read and written by hand: there are tens of thousands of blobs in each.</summary>
internal static class IndexJson
{
    /// <summary>As restic: so many blobs are about 6 MiB of JSON, and enough for one index object.</summary>
    internal const int FullAt = 50_000;

    internal static void Write(IBufferWriter<byte> output, IEnumerable<PackContent> packs)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteStartArray("packs"u8);
        foreach (PackContent pack in packs)
        {
            WritePack(json, pack);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <returns>Null when the JSON is no index.</returns>
    internal static List<PackContent>? Parse(ReadOnlySpan<byte> json)
    {
        List<PackContent> packs = [];
        return TryRead(json, pack => packs.Add(pack with { Blobs = [.. pack.Blobs] })) ? packs : null;
    }

    /// <param name="json">The whole object.</param>
    /// <param name="add">Called with each pack in turn, whose list of blobs is the next one's too.</param>
    /// <returns>False when the JSON is no index; some packs may have been added.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> json, Action<PackContent> add)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            while (NextProperty(ref reader))
            {
                // "supersedes", of old versions, is passed over.
                bool known = reader.ValueTextEquals("packs"u8);
                reader.Read();
                if (!known)
                {
                    reader.Skip();
                }
                else if (!TryReadPacks(ref reader, add))
                {
                    return false;
                }
            }
            return reader.TokenType == JsonTokenType.EndObject;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void WritePack(Utf8JsonWriter json, PackContent pack)
    {
        json.WriteStartObject();
        json.WritePropertyName("id"u8);
        IdJsonConverter.Write(json, pack.Pack);
        json.WriteStartArray("blobs"u8);
        foreach (PackEntry blob in pack.Blobs)
        {
            json.WriteStartObject();
            json.WritePropertyName("id"u8);
            IdJsonConverter.Write(json, blob.Id);
            json.WriteString("type"u8, blob.Kind == BlobKind.Tree ? "tree"u8 : "data"u8);
            json.WriteNumber("offset"u8, blob.Offset);
            json.WriteNumber("length"u8, blob.Length);
            if (blob.IsCompressed)
            {
                json.WriteNumber("uncompressed_length"u8, blob.UncompressedLength);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool TryReadPacks(ref Utf8JsonReader reader, Action<PackContent> add)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return true;
        }
        PackEntries blobs = new();
        while (NextObject(ref reader))
        {
            Id pack = default;
            blobs.Clear();
            while (NextProperty(ref reader))
            {
                bool isId = reader.ValueTextEquals("id"u8);
                bool isBlobs = reader.ValueTextEquals("blobs"u8);
                reader.Read();
                if (isId && !IdJsonConverter.TryRead(ref reader, out pack))
                {
                    return false;
                }
                if (isBlobs && !TryReadBlobs(ref reader, blobs))
                {
                    return false;
                }
                if (!isId && !isBlobs)
                {
                    reader.Skip();
                }
            }
            if (pack.IsZero)
            {
                return false;
            }
            add(new PackContent(pack, blobs));
        }
        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryReadBlobs(ref Utf8JsonReader reader, PackEntries blobs)
    {
        while (NextObject(ref reader))
        {
            if (!TryReadBlob(ref reader, out PackEntry blob))
            {
                return false;
            }
            blobs.Add(blob);
        }
        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool TryReadBlob(ref Utf8JsonReader reader, out PackEntry blob)
    {
        Id id = default;
        BlobKind? kind = null;
        uint offset = 0;
        uint length = 0;
        uint uncompressed = 0;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                _ = IdJsonConverter.TryRead(ref reader, out id);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind =
                    reader.ValueTextEquals("data"u8) ? BlobKind.Data
                    : reader.ValueTextEquals("tree"u8) ? BlobKind.Tree
                    : null;
            }
            else if (reader.ValueTextEquals("offset"u8))
            {
                reader.Read();
                offset = reader.GetUInt32();
            }
            else if (reader.ValueTextEquals("length"u8))
            {
                reader.Read();
                length = reader.GetUInt32();
            }
            else if (reader.ValueTextEquals("uncompressed_length"u8))
            {
                reader.Read();
                uncompressed = reader.GetUInt32();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        blob = new PackEntry(kind ?? BlobKind.Data, id, offset, length, uncompressed);
        bool fits = length <= Array.MaxLength && offset <= uint.MaxValue - length;
        return kind is not null && !id.IsZero && length >= Crypto.Sealer.Overhead && fits;
    }

    // Expects the reader at an object's start or behind one of its values.
    private static bool NextProperty(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    // Expects the reader at an array's start or at the end of one of its objects.
    private static bool NextObject(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndObject
        && reader.Read()
        && reader.TokenType == JsonTokenType.StartObject;
}
