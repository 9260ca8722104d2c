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
    private const int LongestName = 255;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8
    );

    /// <summary>The raw bytes of the request's path behind its beginning, with or without the slashes at both ends.</summary>
    public static byte[] Of(HttpContext http, string before)
    {
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        int query = target.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = query < 0 ? target : target.AsSpan(0, query);
        int start = path.IndexOf(before, StringComparison.Ordinal);
        return start < 0
            ? throw Problem.BadRequest($"'{before}' in the path may not be percent-encoded.")
            // Kestrel refuses what is not ASCII in a request's line.
            : Decode(Encoding.Latin1.GetBytes(path[(start + before.Length)..].ToArray()));
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

    /// <summary>
    /// The raw bytes of a path in a body, as <see cref="Encode"/> writes it; text that is not percent-encoded stands for
    /// itself, too.
    /// </summary>
    /// <param name="name">Of the body's member, for what whoever sent it is told.</param>
    public static byte[] OfText(string text, string name)
    {
        // An empty one is rather a mistake than everything, which '/' is.
        if (text.Length == 0)
        {
            throw Problem.BadRequest($"'{name}' must not be an empty path; '/' is the share's own directory.");
        }
        byte[] path = [.. Decode(Encoding.UTF8.GetBytes(text)).AsSpan().Trim((byte)'/')];
        foreach (Range range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> one = path.AsSpan()[range];
            if (
                one.SequenceEqual("."u8)
                || one.SequenceEqual(".."u8)
                || one.Contains((byte)0)
                || one.Length > LongestName
            )
            {
                throw Problem.BadRequest(
                    $"'{name}' must be paths from the share's own directory on, without '.' and '..', of names of 255 bytes at most."
                );
            }
        }
        return path;
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

    private static byte[] Decode(ReadOnlySpan<byte> path)
    {
        byte[] bytes = new byte[path.Length];
        int length = 0;
        for (int index = 0; index < path.Length; index++)
        {
            byte one = path[index];
            if (one == '%')
            {
                if (
                    index + 2 >= path.Length
                    || Convert.FromHexString(path.Slice(index + 1, 2), bytes.AsSpan(length), out _, out _)
                        != OperationStatus.Done
                )
                {
                    throw Problem.BadRequest("A '%' in a path stands for itself only as '%25'.");
                }
                length++;
                index += 2;
            }
            else
            {
                bytes[length++] = one;
            }
        }
        return bytes[..length];
    }
}
