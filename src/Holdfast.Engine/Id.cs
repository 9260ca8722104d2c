using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Holdfast.Engine.Json;

namespace Holdfast.Engine;

/// <summary>A SHA-256: the name of a blob, a pack, an index, a snapshot. Ordered by its bytes; text is lower-case hex.</summary>
[InlineArray(Size)]
[JsonConverter(typeof(IdJsonConverter))]
[SuppressMessage("Design", "CA1036", Justification = "An order for sorting; nobody asks whether one hash is greater.")]
public struct Id : IEquatable<Id>, IComparable<Id>
{
    public const int Size = 32;

    private byte element;

    public Id(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException("An id has 32 bytes.", nameof(bytes));
        }
        bytes.CopyTo(this);
    }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Bytes => this;

    /// <summary>Parses 64 hex digits, of either case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Id id)
    {
        id = default;
        return text.Length == 2 * Size
            && Convert.FromHexString(text, id, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    public static Id Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out Id id) ? id : throw new FormatException("An id is 64 hexadecimal digits.");

    public readonly bool IsZero => !Bytes.ContainsAnyExcept((byte)0);

    public readonly bool Equals(Id other) => Bytes.SequenceEqual(other.Bytes);

    public override readonly bool Equals([NotNullWhen(true)] object? obj) => obj is Id other && Equals(other);

    // A SHA-256 is its own good hash.
    public override readonly int GetHashCode() => MemoryMarshal.Read<int>(Bytes);

    public readonly int CompareTo(Id other) => Bytes.SequenceCompareTo(other.Bytes);

    public override readonly string ToString() => Convert.ToHexStringLower(Bytes);

    public static bool operator ==(Id left, Id right) => left.Equals(right);

    public static bool operator !=(Id left, Id right) => !left.Equals(right);
}
