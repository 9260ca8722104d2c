using System.Globalization;
using System.Text;

namespace Holdfast.Testing.Files;

/// <summary>
/// A path as the kernel sees it: bytes, in no encoding, without the closing zero. Text is taken as UTF-8. Ordered by
/// its bytes; printed with everything but plain ASCII escaped, so that a message says which bytes differ.
/// </summary>
public readonly struct RawPath : IEquatable<RawPath>, IComparable<RawPath>
{
    private readonly byte[]? bytes;

    public RawPath(ReadOnlySpan<byte> bytes) => this.bytes = bytes.ToArray();

    public ReadOnlySpan<byte> Bytes => bytes;

    public static implicit operator RawPath(string path) => new(Encoding.UTF8.GetBytes(path));

    public static implicit operator RawPath(byte[] path) => new(path);

    public static RawPath operator /(RawPath directory, RawPath name) =>
        directory.Bytes.IsEmpty ? name
        : name.Bytes.IsEmpty ? directory
        : new([.. directory.Bytes, (byte)'/', .. name.Bytes]);

    /// <summary>The bytes and a closing zero, as libc takes them.</summary>
    public byte[] ZeroTerminated() => [.. Bytes, 0];

    public bool StartsWith(RawPath directory) =>
        Bytes.Length > directory.Bytes.Length
        && Bytes.StartsWith(directory.Bytes)
        && Bytes[directory.Bytes.Length] == (byte)'/';

    public bool Equals(RawPath other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is RawPath other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    public int CompareTo(RawPath other) => Bytes.SequenceCompareTo(other.Bytes);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (byte b in Bytes)
        {
            bool plain = b is > 0x1f and < 0x7f and not (byte)'\\';
            _ = plain ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return text.ToString();
    }

    public static bool operator ==(RawPath left, RawPath right) => left.Equals(right);

    public static bool operator !=(RawPath left, RawPath right) => !left.Equals(right);

    public static bool operator <(RawPath left, RawPath right) => left.CompareTo(right) < 0;

    public static bool operator >(RawPath left, RawPath right) => left.CompareTo(right) > 0;

    public static bool operator <=(RawPath left, RawPath right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RawPath left, RawPath right) => left.CompareTo(right) >= 0;
}
