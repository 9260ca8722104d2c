using System.Buffers;
using System.Text;
using System.Web;
using Holdfast.Core.Reading;

namespace Holdfast.Cli.Backup;

/// <summary>The path of an entry as a person types it, and as the native API has it in a URL: percent-encoded bytes.</summary>
internal static class EntryArgument
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8
    );

    /// <param name="encoded">Whether it is percent-encoded already.</param>
    /// <returns>Without the slashes at both ends; empty for the whole share.</returns>
    /// <exception cref="CommandError">No entry can be named so.</exception>
    public static string Encode(string path, bool encoded)
    {
        byte[] bytes = encoded ? Bytes(path) : Encoding.UTF8.GetBytes(path);
        bytes = [.. bytes.AsSpan().Trim((byte)'/')];
        foreach (Range range in bytes.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = bytes.AsSpan()[range];
            if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.Contains((byte)0))
            {
                throw new CommandError(
                    ExitCode.Failed,
                    $"'{path}' is no path in a backup",
                    "Write it from the share on, without '.' and '..'."
                );
            }
        }
        StringBuilder text = new(bytes.Length);
        foreach (byte one in bytes)
        {
            _ = Plain.Contains(one) ? text.Append((char)one) : text.Append('%').Append(one.ToString("X2"));
        }
        return text.ToString();
    }

    /// <summary>The same for what must not be left empty by mistake; <c>/</c> is the whole share.</summary>
    /// <exception cref="CommandError">It is empty, or no entry can be named so.</exception>
    public static string EncodeRequired(string path, bool encoded) =>
        path.Length == 0 ? throw new CommandError(ExitCode.Failed, "a path is empty", "For the whole share, write '/'.")
        : Encode(path, encoded) is { Length: > 0 } one ? one
        : "/";

    /// <summary>An encoded path for people: a byte that is no text is shown as <c>\xFF</c>.</summary>
    public static string Text(string encodedPath) => BackupEntry.Text(Bytes(encodedPath));

    /// <summary>The last name of an encoded path as text that can be a file's.</summary>
    public static string LastName(string encodedPath) =>
        Encoding.UTF8.GetString(Bytes(encodedPath[(encodedPath.LastIndexOf('/') + 1)..]));

    private static byte[] Bytes(string encoded) =>
        HttpUtility.UrlDecodeToBytes(encoded.Replace("+", "%2B", StringComparison.Ordinal));
}
