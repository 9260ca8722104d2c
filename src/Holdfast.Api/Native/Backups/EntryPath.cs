using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Api.Native.Backups;

/// <summary>
/// Paths of a backup's entries in URLs. A file system's names are bytes, and not always text, so they are read from the
/// request's line as it was sent, and written with whatever is not plain percent-encoded.
/// </summary>
internal static class EntryPath
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8
    );

    /// <summary>The raw bytes behind <c>/api/v1/{resource}/{id}/{part}</c>, with or without the slashes at both ends.</summary>
    public static byte[] Of(HttpContext http, string resource, string id, string part)
    {
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = query < 0 ? target : target.AsSpan(0, query);
        string before = $"{NativeRoutes.Base}/{resource}/{id}/{part}";
        int start = path.IndexOf(before, StringComparison.Ordinal);
        return start < 0
            ? throw Problem.BadRequest($"Nothing before '/{part}/' in the path may be percent-encoded.")
            : Decode(path[(start + before.Length)..]);
    }

    public static string Encode(ReadOnlySpan<byte> path)
    {
        StringBuilder text = new(path.Length);
        foreach (byte one in path)
        {
            _ = Plain.Contains(one) ? text.Append((char)one) : text.Append('%').Append(one.ToString("X2"));
        }
        return text.ToString();
    }

    /// <summary>Where a list goes on behind a name or path.</summary>
    public static string Cursor(ReadOnlySpan<byte> last) => Base64Url.EncodeToString(last);

    /// <summary>The first name that can stand behind the cursor's.</summary>
    public static byte[] After(string cursor) => [.. Read(cursor), 0];

    /// <summary>The name or path that the cursor stands for.</summary>
    public static byte[] Read(string cursor)
    {
        try
        {
            return Base64Url.DecodeFromChars(cursor);
        }
        catch (FormatException)
        {
            throw Native.Cursor.Unknown();
        }
    }

    private static byte[] Decode(ReadOnlySpan<char> path)
    {
        byte[] bytes = new byte[path.Length];
        int length = 0;
        for (int index = 0; index < path.Length; index++)
        {
            char one = path[index];
            if (one == '%')
            {
                bytes[length++] =
                    index + 2 < path.Length
                    && char.IsAsciiHexDigit(path[index + 1])
                    && char.IsAsciiHexDigit(path[index + 2])
                        ? byte.Parse(path.Slice(index + 1, 2), System.Globalization.NumberStyles.HexNumber)
                        : throw Problem.BadRequest("A '%' in the path stands for itself only as '%25'.");
                index += 2;
            }
            else
            {
                // Kestrel refuses what is not ASCII in a request's line.
                bytes[length++] = (byte)one;
            }
        }
        return bytes[..length];
    }
}
