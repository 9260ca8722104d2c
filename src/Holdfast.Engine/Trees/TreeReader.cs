using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Holdfast.Engine.Trees;

/// <summary>
/// Reads restic's tree JSON. Fields may come in any order and unknown ones are skipped, but what a tree must hold is
/// checked, for a repository is not trusted: one path element a name, strictly ascending, every value in its range.
/// </summary>
public static class TreeReader
{
    private const string Advice =
        "Run check with --read-data. A snapshot that uses this tree can only be restored from a copy of the repository.";

    /// <param name="json">The whole blob.</param>
    /// <param name="from">Nodes of earlier names are left out.</param>
    /// <param name="most">What follows so many nodes, at least one, is not looked at.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>, naming the tree.</exception>
    public static List<Node> Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> from = default, int most = int.MaxValue)
    {
        try
        {
            return WrittenTree.TryRead(json, from, most) ?? ReadAnyForm(json, from, most);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            // A tree is called by the hash of its bytes, so its name is at hand.
            string tree = Convert.ToHexStringLower(SHA256.HashData(json));
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"Tree {tree} is not one that a backup writes: {error.Message}",
                Advice,
                error
            );
        }
    }

    /// <summary>The plain reader, which throws when the tree is not valid.</summary>
    internal static List<Node> ReadAnyForm(
        ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> from = default,
        int most = int.MaxValue
    )
    {
        if (!Utf8.IsValid(json))
        {
            throw new FormatException("it is not UTF-8 text.");
        }
        Utf8JsonReader reader = new(json);
        List<Node> nodes = [];
        Expect(ref reader, JsonTokenType.StartObject);
        bool found = false;
        while (Next(ref reader, JsonTokenType.EndObject))
        {
            bool isNodes = !found && reader.ValueTextEquals("nodes"u8);
            reader.Read();
            if (isNodes)
            {
                found = true;
                if (ReadNodes(ref reader, nodes, from, most))
                {
                    return nodes;
                }
            }
            else
            {
                reader.Skip();
            }
        }
        if (reader.Read() || !found)
        {
            throw new FormatException("it has no list of nodes.");
        }
        return nodes;
    }

    /// <returns>Whether there are as many as were wanted.</returns>
    private static bool ReadNodes(ref Utf8JsonReader reader, List<Node> nodes, ReadOnlySpan<byte> from, int most)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }
        NodeReader parser = new();
        byte[] previous = [];
        Require(ref reader, JsonTokenType.StartArray);
        while (Next(ref reader, JsonTokenType.EndArray))
        {
            Node node = parser.Read(ref reader);
            if (previous.AsSpan().SequenceCompareTo(node.Name) >= 0)
            {
                string name = Encoding.UTF8.GetString(node.Name);
                throw new FormatException($"the entry \"{name}\" is there twice or out of order.");
            }
            previous = node.Name;
            if (from.SequenceCompareTo(node.Name) > 0)
            {
                continue;
            }
            nodes.Add(node);
            if (nodes.Count == most)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Moves to the next token; false when it is the one that ends the object or array.</summary>
    internal static bool Next(ref Utf8JsonReader reader, JsonTokenType end) => reader.Read() && reader.TokenType != end;

    internal static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        reader.Read();
        Require(ref reader, type);
    }

    internal static void Require(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type)
        {
            throw new FormatException(
                $"{reader.TokenType} stands where {type} belongs, at byte {reader.TokenStartIndex}."
            );
        }
    }
}
