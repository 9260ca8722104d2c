using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Holdfast.Api.Manila;
using Holdfast.Core.Catalog;

namespace Holdfast.Api.Vbs;

/// <summary>
/// A place in a list by any of its sort keys, as text that next links carry and clients only follow: which kind of value,
/// the value, the row's id. In a list of another order it is some place, too.
/// </summary>
internal static class LinkCursor
{
    private const byte Number = (byte)'n';
    private const byte Text = (byte)'t';

    public static string Of(RowPlace place)
    {
        byte[] id = Encoding.UTF8.GetBytes((string)place.Id);
        byte[] value = place.Value switch
        {
            string text => [Text, .. Encoding.UTF8.GetBytes(text), 0],
            DateTimeOffset time => OfNumber(Timestamp.ToMicroseconds(time)),
            int number => OfNumber(number),
            _ => throw new ArgumentException($"No list is ordered by a {place.Value.GetType()}.", nameof(place)),
        };
        return Base64Url.EncodeToString([.. value, .. id]);
    }

    /// <exception cref="Fault">It is none of ours.</exception>
    public static RowPlace Read(string text)
    {
        byte[] bytes = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        // The id has no zero.
        int id = bytes switch
        {
            [Number, ..] => 1 + sizeof(long),
            [Text, ..] => Array.LastIndexOf(bytes, (byte)0) + 1,
            _ => bytes.Length,
        };
        if (id < 2 || id >= bytes.Length || !Utf8.IsValid(bytes.AsSpan(id)))
        {
            throw Unknown();
        }
        return new RowPlace(
            bytes[0] == Number
                ? BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1))
                : ReadText(bytes.AsSpan(1, id - 2)),
            Encoding.UTF8.GetString(bytes.AsSpan(id))
        );
    }

    private static string ReadText(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Unknown();

    private static byte[] OfNumber(long number)
    {
        byte[] bytes = new byte[1 + sizeof(long)];
        bytes[0] = Number;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), number);
        return bytes;
    }

    private static Fault Unknown() => Fault.BadRequest("cursor is not one that a link here has given.");
}
