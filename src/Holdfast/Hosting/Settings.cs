using System.Globalization;
using System.Net;
using Holdfast.Cli;
using Holdfast.Core;
using Holdfast.Core.Access.Keystone;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Core.Sources;
using Holdfast.Objects.S3;

namespace Holdfast.Hosting;

/// <summary>
/// The service's configuration, whole and valid: docs/operate/configuration.md describes each value. Reading it touches
/// no disk but the configuration file and the files that it names for a secret.
/// </summary>
internal sealed record Settings
{
    public required Uri Listen { get; init; }

    /// <summary>Where the repositories lie; null where that is <see cref="S3Store"/>.</summary>
    public string? StoreDirectory { get; init; }
    public S3Options? S3Store { get; init; }
    public string? TlsCertificate { get; init; }
    public string? TlsKey { get; init; }
    public required CoreOptions Core { get; init; }

    /// <summary>A file with the token that other hosts show for <c>/metrics</c>; null where they get none.</summary>
    public string? MetricsTokenFile { get; init; }

    /// <summary>Of what was read of an S3 store, kept in the data directory; 0 keeps nothing.</summary>
    public long CacheBytes { get; init; }

    /// <summary>Whether the log is a JSON object a line, for programs, in place of a line of text.</summary>
    public bool JsonLog { get; init; }

    /// <summary>Null where identity is local.</summary>
    public KeystoneOptions? Keystone { get; init; }

    /// <summary>Where a client that is not let in is told to log in; null where that is with us.</summary>
    public string? LoginUrl { get; init; }

    private static readonly string[] OfKeystone =
    [
        "HOLDFAST_KEYSTONE__URL",
        "HOLDFAST_KEYSTONE__USERNAME",
        "HOLDFAST_KEYSTONE__PASSWORD",
        "HOLDFAST_KEYSTONE__PROJECT",
        "HOLDFAST_KEYSTONE__USER_DOMAIN",
        "HOLDFAST_KEYSTONE__PROJECT_DOMAIN",
        "HOLDFAST_KEYSTONE__CACHE_SECONDS",
        "HOLDFAST_KEYSTONE__WWW_AUTHENTICATE_URI",
    ];

    private static readonly string[] AllRoles = ["api", "worker", "scheduler"];

    /// <exception cref="CommandError">A value makes no sense; the message names it, where it was set, and what would.</exception>
    public static Settings Read(SettingSource source)
    {
        Settings? settings = Read(source, out IReadOnlyList<CommandError> mistakes);
        return settings ?? throw mistakes[0];
    }

    /// <param name="mistakes">All that <see cref="Read(SettingSource)"/> would throw one after the other.</param>
    /// <returns>Null where there are any.</returns>
    public static Settings? Read(SettingSource source, out IReadOnlyList<CommandError> mistakes)
    {
        Reading reading = new();
        Settings settings = ReadAll(source, reading);
        reading.Mistakes.AddRange(source.UnknownNames());
        mistakes = reading.Mistakes;
        return mistakes.Count == 0 ? settings : null;
    }

    /// <summary>Keeps what is wrong with a value and goes on, so that the next one is read too.</summary>
    private sealed class Reading
    {
        public List<CommandError> Mistakes { get; } = [];

        /// <returns>Nothing that could be used, where the value is mistaken.</returns>
        public T Of<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (CommandError mistake)
            {
                Mistakes.Add(mistake);
                return default!;
            }
        }
    }

    private static Settings ReadAll(SettingSource source, Reading reading)
    {
        string data = Path.GetFullPath(source["HOLDFAST_DATA"] ?? "./var");
        (string? store, S3Options? s3) = reading.Of(() => ReadStore(source, data));
        string scratch = Path.GetFullPath(source["HOLDFAST_DRILLS__DIRECTORY"] ?? Path.Join(data, "drills"));
        Uri? listen = reading.Of(() => ReadListen(source));
        (string? certificate, string? key) = reading.Of(() => ReadTls(source, listen));
        KeystoneOptions? keystone = reading.Of(() => ReadKeystone(source));
        Uri? login = reading.Of(() => ReadUrl(source, "HOLDFAST_KEYSTONE__WWW_AUTHENTICATE_URI"));
        return new Settings
        {
            Listen = listen,
            StoreDirectory = store,
            S3Store = s3,
            TlsCertificate = certificate,
            TlsKey = key,
            Keystone = keystone,
            MetricsTokenFile = reading.Of(() => ReadMetricsTokenFile(source)),
            JsonLog = reading.Of(() => ReadJsonLog(source)),
            CacheBytes = reading.Of(() => ReadCacheBytes(source)),
            LoginUrl = keystone is null ? null : (login ?? keystone.Url).AbsoluteUri,
            Core = new CoreOptions
            {
                DataDirectory = data,
                OwnDirectories = store is null ? [] : [store],
                ScratchDirectory = scratch,
                VerifyPeriod =
                    reading.Of(() => ReadDays(source, "HOLDFAST_VERIFY__PERIOD_DAYS")) ?? TimeSpan.FromDays(30),
                DrillEvery = reading.Of(() => ReadDays(source, "HOLDFAST_DRILLS__EVERY_DAYS")) ?? TimeSpan.FromDays(30),
                Postgres = reading.Of(() => ReadPostgres(source)),
                Node = reading.Of(() => ReadNode(source)),
                Roles = reading.Of(() => ReadRoles(source)),
                ShareRoots =
                    reading.Of(() => ReadRoots(source, "HOLDFAST_SHARE_ROOTS"))
                    ?? [new("local", Path.Join(data, "shares"))],
                VolumeRoots =
                    reading.Of(() => ReadRoots(source, "HOLDFAST_VOLUME_ROOTS"))
                    ?? [new("local", Path.Join(data, "volumes"))],
                VolumeGigabytes =
                    reading.Of(() => ReadCount(source, "HOLDFAST_VOLUMES__GIGABYTES_PER_PROJECT", int.MaxValue))
                    ?? 10 * 1024,
                Region = source["HOLDFAST_REGION"] ?? "RegionOne",
                AvailabilityZone = source["HOLDFAST_AVAILABILITY_ZONE"] ?? "nova",
                PublicUrl =
                    (reading.Of(() => ReadUrl(source, "HOLDFAST_PUBLIC_URL")) ?? listen)?.AbsoluteUri.TrimEnd('/')
                    ?? "",
                MasterKeyFile = source["HOLDFAST_MASTER_KEY_FILE"] ?? Path.Join(data, "keys", "master.key"),
                MasterKeyCommand = source["HOLDFAST_MASTER_KEY_COMMAND"],
                PollInterval =
                    reading.Of(() => ReadSeconds(source, "HOLDFAST_WORKERS__POLL_SECONDS", least: 0.01))
                    ?? TimeSpan.FromSeconds(1),
                Concurrency =
                    reading.Of(() => ReadCount(source, "HOLDFAST_WORKERS__CONCURRENCY")) ?? Environment.ProcessorCount,
                ProjectLimit = reading.Of(() => ReadCount(source, "HOLDFAST_WORKERS__PROJECT_LIMIT")),
                Lease =
                    reading.Of(() => ReadSeconds(source, "HOLDFAST_WORKERS__LEASE_SECONDS", least: 0.1))
                    ?? TimeSpan.FromSeconds(30),
                Grace =
                    reading.Of(() => ReadSeconds(source, "HOLDFAST_WORKERS__GRACE_SECONDS", least: 0)) ?? TimeSpan.Zero,
                WebhookHosts = reading.Of(() => ReadWebhookHosts(source)) ?? [],
                WebhookNetworks = reading.Of(() => ReadNetworks(source, "HOLDFAST_WEBHOOKS__NETWORKS")) ?? [],
                AdminPassword = source["HOLDFAST_ADMIN_PASSWORD"],
                PolicyFile = source["HOLDFAST_POLICY_FILE"] is { } policy ? Path.GetFullPath(policy) : null,
            },
        };
    }

    private static CommandError Wrong(SettingSource source, string name, string why) =>
        new(ExitCode.Failed, $"{name} ({source.Origin(name)}: '{source[name]}') {why}.");

    private static bool ReadJsonLog(SettingSource source) =>
        (source["HOLDFAST_LOG__FORMAT"] ?? "text") switch
        {
            "text" => false,
            "json" => true,
            _ => throw Wrong(source, "HOLDFAST_LOG__FORMAT", "must be text or json"),
        };

    private static long ReadCacheBytes(SettingSource source)
    {
        const string name = "HOLDFAST_CACHE__BYTES";
        if (source[name] is not { } text)
        {
            return 4L << 30;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            ? bytes
            : throw Wrong(source, name, "must be a number of bytes; 0 keeps nothing");
    }

    private static Uri ReadListen(SettingSource source)
    {
        Uri listen = ReadUrl(source, "HOLDFAST_LISTEN") ?? new Uri("http://127.0.0.1:8786");
        return listen.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || listen.Host == "localhost"
            ? listen
            : throw Wrong(source, "HOLDFAST_LISTEN", "must name an address of this machine, such as 127.0.0.1");
    }

    private static Uri? ReadUrl(SettingSource source, string name)
    {
        if (source[name] is not { } text)
        {
            return null;
        }
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw Wrong(source, name, "must be a URL such as http://127.0.0.1:8786");
    }

    /// <param name="listen">Null where it makes no sense.</param>
    private static (string? Certificate, string? Key) ReadTls(SettingSource source, Uri? listen)
    {
        string? certificate = source["HOLDFAST_TLS__CERTIFICATE"];
        string? key = source["HOLDFAST_TLS__KEY"];
        bool elsewhere = source["HOLDFAST_TLS__NONE"] == "accept";
        if (certificate is null != (key is null))
        {
            throw new CommandError(ExitCode.Failed, "HOLDFAST_TLS__CERTIFICATE and HOLDFAST_TLS__KEY go together.");
        }
        if (listen is null)
        {
            return (certificate, key);
        }
        if (listen.Scheme == Uri.UriSchemeHttps != (certificate is not null))
        {
            throw Wrong(source, "HOLDFAST_LISTEN", "must be https when there is a certificate, and only then");
        }
        bool loopback =
            listen.IsLoopback || (IPAddress.TryParse(listen.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));
        if (!loopback && certificate is null && !elsewhere)
        {
            throw Wrong(
                source,
                "HOLDFAST_LISTEN",
                "is reachable from other machines: give HOLDFAST_TLS__CERTIFICATE and HOLDFAST_TLS__KEY, or set HOLDFAST_TLS__NONE=accept when TLS ends elsewhere"
            );
        }
        return (certificate, key);
    }

    private static string? ReadMetricsTokenFile(SettingSource source)
    {
        const string name = "HOLDFAST_METRICS__TOKEN_FILE";
        if (source[name] is not { } file)
        {
            return null;
        }
        try
        {
            return File.ReadAllText(file).Trim().Length > 0
                ? Path.GetFullPath(file)
                : throw Wrong(source, name, "must have a token in it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Wrong(source, name, "must be a file that can be read");
        }
    }

    private static KeystoneOptions? ReadKeystone(SettingSource source)
    {
        // All of them are asked for, whichever is mistaken: what nobody asks for counts as unknown.
        List<string> set = [.. OfKeystone.Where(name => source[name] is not null)];
        string auth = source["HOLDFAST_AUTH"] ?? "local";
        if (auth == "local")
        {
            return set is [var name, ..]
                ? throw new CommandError(
                    ExitCode.Failed,
                    $"{name} ({source.Origin(name)}) has no meaning without HOLDFAST_AUTH=keystone."
                )
                : null;
        }
        if (auth != "keystone")
        {
            throw Wrong(source, "HOLDFAST_AUTH", "must be local or keystone");
        }
        return new KeystoneOptions
        {
            Url = ReadKeystoneUrl(source),
            Username = Require(source, "HOLDFAST_KEYSTONE__USERNAME"),
            Password = Require(source, "HOLDFAST_KEYSTONE__PASSWORD"),
            Project = source["HOLDFAST_KEYSTONE__PROJECT"] ?? "service",
            UserDomain = source["HOLDFAST_KEYSTONE__USER_DOMAIN"] ?? "Default",
            ProjectDomain = source["HOLDFAST_KEYSTONE__PROJECT_DOMAIN"] ?? "Default",
            CacheFor =
                ReadSeconds(source, "HOLDFAST_KEYSTONE__CACHE_SECONDS", least: 0, most: 3600)
                ?? TimeSpan.FromSeconds(60),
        };
    }

    // Clients are told the URL with the version or without; either will do.
    private static Uri ReadKeystoneUrl(SettingSource source)
    {
        const string name = "HOLDFAST_KEYSTONE__URL";
        Require(source, name);
        Uri url = ReadUrl(source, name)!;
        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"{name} ({source.Origin(name)}) must be a URL such as https://keystone.example:5000/v3, without a user or a query."
            );
        }
        string path = url.AbsoluteUri.TrimEnd('/');
        return new Uri(path.EndsWith("/v3", StringComparison.Ordinal) ? path : $"{path}/v3");
    }

    private static string Require(SettingSource source, string name) =>
        source[name] ?? throw new CommandError(ExitCode.Failed, $"HOLDFAST_AUTH=keystone needs {name}.");

    /// <summary>Null for the embedded catalog. The value is not shown when it is wrong: it may hold a password.</summary>
    private static string? ReadPostgres(SettingSource source)
    {
        const string name = "HOLDFAST_CATALOG";
        if (source[name] is not { } text || text == "sqlite")
        {
            return null;
        }
        try
        {
            return PostgresConnection.Parse(text);
        }
        catch (FormatException error)
        {
            throw new CommandError(
                ExitCode.Failed,
                $"{name} ({source.Origin(name)}) {error.Message}.",
                "It is sqlite, postgres://user:password@host/database, or Host=…;Database=…;Username=…;Password=…"
            );
        }
    }

    private static (string? Directory, S3Options? S3) ReadStore(SettingSource source, string data)
    {
        const string name = "HOLDFAST_STORE";
        if (source[name] is not { } text)
        {
            return (Path.Join(data, "store"), null);
        }
        if (text.StartsWith("s3://", StringComparison.Ordinal))
        {
            try
            {
                return (null, S3Location.ReadSetting(text, variable => source[variable]));
            }
            catch (FormatException error)
            {
                throw new CommandError(ExitCode.Failed, $"{name} ({source.Origin(name)}) {error.Message}.");
            }
        }
        string path = text.StartsWith("file:", StringComparison.Ordinal) ? text["file:".Length..] : "";
        return path.Length > 0
            ? (Path.GetFullPath(path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path), null)
            : throw Wrong(source, name, "must be file:/a/directory or s3://bucket/prefix?endpoint=…&region=…");
    }

    private static string ReadNode(SettingSource source)
    {
        string node = source["HOLDFAST_NODE"] ?? Environment.MachineName;
        return node.Length <= 255 && !node.AsSpan().ContainsAny(':', '@', '/') && !node.Any(char.IsWhiteSpace)
            ? node
            : throw Wrong(source, "HOLDFAST_NODE", "must be a name without colon, @, slash or space");
    }

    private static HashSet<string> ReadRoles(SettingSource source)
    {
        string[] roles = source["HOLDFAST_ROLES"] is { } text ? List(text) : AllRoles;
        return roles.Length > 0 && roles.All(AllRoles.Contains)
            ? [.. roles]
            : throw Wrong(source, "HOLDFAST_ROLES", $"must be some of {string.Join(',', AllRoles)}");
    }

    private static List<NamedRoot>? ReadRoots(SettingSource source, string name)
    {
        if (source[name] is not { } text)
        {
            return null;
        }
        List<NamedRoot> roots = [];
        foreach (string part in List(text))
        {
            int equals = part.IndexOf('=');
            if (
                equals < 1
                || !Path.IsPathRooted(part[(equals + 1)..])
                || roots.Exists(root => root.Name == part[..equals])
            )
            {
                throw Wrong(source, name, "must be name=/absolute/path,… with each name once");
            }
            if (RootName.IsOfVolumes(part))
            {
                throw Wrong(
                    source,
                    name,
                    $"must name no root '{RootName.VolumePrefix}…': so the service calls volume roots"
                );
            }
            roots.Add(new NamedRoot(part[..equals], Path.GetFullPath(part[(equals + 1)..])));
        }
        return roots.Count > 0 ? roots : throw Wrong(source, name, "names no root");
    }

    private static string[] ReadWebhookHosts(SettingSource source)
    {
        const string name = "HOLDFAST_WEBHOOKS__HOSTS";
        string[] hosts = List(source[name]);
        return hosts.All(host => Uri.CheckHostName(Beneath(host)) != UriHostNameType.Unknown)
            ? hosts
            : throw Wrong(source, name, "must be hosts such as hooks.example.org,*.example.com");

        static string Beneath(string host) => host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
    }

    private static IPNetwork[] ReadNetworks(SettingSource source, string name) =>
        [
            .. List(source[name])
                .Select(part =>
                    IPNetwork.TryParse(part, out IPNetwork network)
                        ? network
                        : throw Wrong(source, name, "must be networks such as 10.1.0.0/16,fd00:1::/64")
                ),
        ];

    private static string[] List(string? text) =>
        text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static TimeSpan? ReadSeconds(SettingSource source, string name, double least, double most = 86400)
    {
        if (source[name] is not { } text)
        {
            return null;
        }
        return
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds >= least
            && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw Wrong(source, name, $"must be a number of seconds from {least} to {most}");
    }

    /// <summary>Zero is never.</summary>
    private static TimeSpan? ReadDays(SettingSource source, string name)
    {
        const int most = 365;
        if (source[name] is not { } text)
        {
            return null;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days <= most
            ? TimeSpan.FromDays(days)
            : throw Wrong(source, name, $"must be a number of days from 0, which is never, to {most}");
    }

    private static int? ReadCount(SettingSource source, string name, int most = 1024)
    {
        if (source[name] is not { } text)
        {
            return null;
        }
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count > 0
            && count <= most
            ? count
            : throw Wrong(source, name, $"must be a number from 1 to {most}");
    }
}
