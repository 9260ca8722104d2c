using Holdfast.Objects;
using Holdfast.Objects.S3;

namespace Holdfast.Hosting;

/// <summary>
/// The two ways to write a place in an S3 store: the setting's <c>s3://bucket/prefix?endpoint=…&amp;region=…</c>, and
/// restic's <c>s3:https://host/bucket/prefix</c>. Who asks comes from the AWS variables alone, so that no address holds a
/// secret. Messages say what is wrong without the text, for a mistaken one may hold one all the same.
/// </summary>
internal static class S3Location
{
    /// <summary>Before the rest of restic's notation.</summary>
    public const string Scheme = "s3:";

    private const string DefaultRegion = "us-east-1";

    /// <param name="text">With its <c>s3://</c>.</param>
    /// <param name="environment">The AWS variables; null for one that is not set.</param>
    /// <exception cref="FormatException">It is no such place, or a variable is missing; the message begins with "must".</exception>
    public static S3Options ReadSetting(string text, Func<string, string?> environment)
    {
        string[] halves = text["s3://".Length..].Split('?', 2);
        (string bucket, string prefix) = ReadPath(halves[0]);
        Uri? endpoint = null;
        string? region = null;
        foreach (string pair in halves.ElementAtOrDefault(1)?.Split('&', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            string[] option = pair.Split('=', 2);
            string value = Uri.UnescapeDataString(option.ElementAtOrDefault(1) ?? "");
            switch (option[0])
            {
                case "endpoint":
                    endpoint = ReadEndpoint(value);
                    break;
                case "region":
                    region = value;
                    break;
                default:
                    throw new FormatException("must have no other option than endpoint and region");
            }
        }
        return Place(endpoint, region, bucket, prefix, environment);
    }

    /// <param name="text">With its <c>s3:</c>. Without a scheme the host is asked over TLS.</param>
    /// <exception cref="FormatException">As above.</exception>
    public static S3Options ReadRepository(string text, Func<string, string?> environment)
    {
        string rest = text[Scheme.Length..];
        int scheme = rest.IndexOf("//", StringComparison.Ordinal);
        string beyond = scheme < 0 ? rest : rest[(scheme + 2)..];
        string[] halves = beyond.Split('/', 2);
        (string bucket, string prefix) = ReadPath(halves.ElementAtOrDefault(1) ?? "");
        string before = scheme > 0 ? rest[..(scheme + 2)] : "https://";
        return Place(ReadEndpoint(before + halves[0]), region: null, bucket, prefix, environment);
    }

    private static S3Options Place(
        Uri? endpoint,
        string? region,
        string bucket,
        string prefix,
        Func<string, string?> environment
    )
    {
        region ??= environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? DefaultRegion;
        if (
            region.Length == 0
            || region.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_'))
        )
        {
            throw new FormatException("must name a region of letters, digits and hyphens");
        }
        return new S3Options
        {
            Endpoint = endpoint ?? new Uri($"https://s3.{region}.amazonaws.com"),
            Region = region,
            Bucket = bucket,
            Prefix = prefix,
            Credentials = new S3Credentials(
                Require(environment, "AWS_ACCESS_KEY_ID"),
                Require(environment, "AWS_SECRET_ACCESS_KEY"),
                environment("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null
            ),
        };
    }

    private static (string Bucket, string Prefix) ReadPath(string path)
    {
        string[] parts = path.Split('/', 2);
        string prefix = parts.ElementAtOrDefault(1)?.TrimEnd('/') ?? "";
        if (parts[0].Length is < 3 or > 255 || parts[0].Contains('/') || !ObjectName.IsValid(parts[0]))
        {
            throw new FormatException("must name a bucket: three or more letters, digits, dots and hyphens");
        }
        return prefix.Length == 0 || ObjectName.IsValid(prefix)
            ? (parts[0], prefix)
            : throw new FormatException("must have a prefix of letters, digits, dots, hyphens and single slashes");
    }

    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.Scheme is "http" or "https"
        && url is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "" }
            ? url
            : throw new FormatException("must have an endpoint such as https://s3.example.org, without user or path");

    private static string Require(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } value
            ? value
            : throw new FormatException($"must be used with credentials: the variable {name} is not set");
}
