using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;
using Holdfast.Core.Catalog;

namespace Holdfast.Api.Native;

/// <summary>A place in a list by time, as text that clients only hand back: the time's microseconds and the row's id.</summary>
internal static class Cursor
{
    private const int TimeBytes = sizeof(long);
    private const int LongestId = 64;

    public static string Of(DateTimeOffset time, string id)
    {
        byte[] bytes = new byte[TimeBytes + Encoding.UTF8.GetByteCount(id)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Timestamp.ToMicroseconds(time));
        Encoding.UTF8.GetBytes(id, bytes.AsSpan(TimeBytes));
        return Base64Url.EncodeToString(bytes);
    }

    public static Problem Unknown() => Problem.BadRequest("'cursor' is not one that a list here has given.");

    /// <exception cref="Problem">It is none of ours.</exception>
    public static (DateTimeOffset Time, string Id) Read(string text)
    {
        Span<byte> bytes = stackalloc byte[TimeBytes + LongestId];
        if (
            !Base64Url.IsValid(text, out int length)
            || length <= TimeBytes
            || length > bytes.Length
            || Base64Url.DecodeFromChars(text, bytes) != length
            || !Utf8.IsValid(bytes[TimeBytes..length])
            || BinaryPrimitives.ReadInt64BigEndian(bytes) is < 0 or > 253_402_300_799_999_999 // the last microsecond of the year 9999
        )
        {
            throw Unknown();
        }
        return (
            Timestamp.FromMicroseconds(BinaryPrimitives.ReadInt64BigEndian(bytes)),
            Encoding.UTF8.GetString(bytes[TimeBytes..length])
        );
    }
}
