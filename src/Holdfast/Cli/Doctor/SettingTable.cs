using System.Globalization;
using Holdfast.Core;
using Holdfast.Core.Catalog.Postgres;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Every setting with its value and where that comes from; secrets are named and not shown.</summary>
internal static class SettingTable
{
    private const string Hidden = "(not shown)";

    private static readonly string[] Secrets =
    [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "HOLDFAST_ADMIN_PASSWORD",
        "HOLDFAST_KEYSTONE__PASSWORD",
        // It may hold what opens the vault that it asks.
        "HOLDFAST_MASTER_KEY_COMMAND",
    ];

    /// <summary>What is in force where nothing is set.</summary>
    private static readonly Dictionary<string, Func<Settings, string>> Defaults = new(StringComparer.Ordinal)
    {
        ["HOLDFAST_DATA"] = settings => settings.Core.DataDirectory,
        ["HOLDFAST_LISTEN"] = settings => settings.Listen.OriginalString,
        ["HOLDFAST_PUBLIC_URL"] = settings => settings.Core.PublicUrl,
        ["HOLDFAST_NODE"] = settings => settings.Core.Node,
        ["HOLDFAST_ROLES"] = settings => string.Join(',', settings.Core.Roles.Order()),
        ["HOLDFAST_CATALOG"] = _ => "sqlite",
        ["HOLDFAST_STORE"] = settings => $"file:{settings.StoreDirectory}",
        ["HOLDFAST_SHARE_ROOTS"] = settings => Roots(settings.Core.ShareRoots),
        ["HOLDFAST_VOLUME_ROOTS"] = settings => Roots(settings.Core.VolumeRoots),
        ["HOLDFAST_VOLUMES__GIGABYTES_PER_PROJECT"] = settings => Number(settings.Core.VolumeGigabytes),
        ["HOLDFAST_AUTH"] = _ => "local",
        ["HOLDFAST_KEYSTONE__PROJECT"] = settings => settings.Keystone?.Project ?? "",
        ["HOLDFAST_KEYSTONE__USER_DOMAIN"] = settings => settings.Keystone?.UserDomain ?? "",
        ["HOLDFAST_KEYSTONE__PROJECT_DOMAIN"] = settings => settings.Keystone?.ProjectDomain ?? "",
        ["HOLDFAST_KEYSTONE__CACHE_SECONDS"] = settings =>
            settings.Keystone is { } keystone ? Seconds(keystone.CacheFor) : "",
        ["HOLDFAST_REGION"] = settings => settings.Core.Region,
        ["HOLDFAST_AVAILABILITY_ZONE"] = settings => settings.Core.AvailabilityZone,
        ["HOLDFAST_MASTER_KEY_FILE"] = settings => settings.Core.MasterKeyFile ?? "",
        ["HOLDFAST_WORKERS__POLL_SECONDS"] = settings => Seconds(settings.Core.PollInterval),
        ["HOLDFAST_WORKERS__CONCURRENCY"] = settings => Number(settings.Core.Concurrency),
        ["HOLDFAST_WORKERS__LEASE_SECONDS"] = settings => Seconds(settings.Core.Lease),
        ["HOLDFAST_WORKERS__GRACE_SECONDS"] = settings => Seconds(settings.Core.Grace),
        ["HOLDFAST_VERIFY__PERIOD_DAYS"] = settings => Number((int)settings.Core.VerifyPeriod.TotalDays),
        ["HOLDFAST_DRILLS__EVERY_DAYS"] = settings => Number((int)settings.Core.DrillEvery.TotalDays),
        ["HOLDFAST_CACHE__BYTES"] = settings =>
            settings.S3Store is null ? "" : settings.CacheBytes.ToString(CultureInfo.InvariantCulture),
        ["HOLDFAST_DRILLS__DIRECTORY"] = settings => settings.Core.ScratchDirectory,
    };

    /// <param name="settings">Null where they make no sense: then no default is shown.</param>
    public static IReadOnlyList<SettingObject> Of(SettingSource source, Settings? settings) =>
        [
            .. source
                .Asked.OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => new SettingObject(
                    one.Key,
                    one.Value is { } value ? Shown(one.Key, value) : Default(one.Key, settings),
                    source.Origin(one.Key)
                )),
        ];

    public static void Write(Output output, IReadOnlyList<SettingObject> settings)
    {
        foreach (SettingObject setting in settings)
        {
            output.Object(setting);
        }
        output.Table(
            ["Setting", "Value", "From"],
            settings.Select(one => (IReadOnlyList<string>)[one.Name, one.Value ?? "", one.Origin])
        );
    }

    private static string? Default(string name, Settings? settings) =>
        settings is not null
        && Defaults.TryGetValue(name, out Func<Settings, string>? value)
        && value(settings) is { Length: > 0 } text
            ? text
            : null;

    private static string Shown(string name, string value) =>
        name switch
        {
            _ when Secrets.Contains(name) => Hidden,
            "HOLDFAST_CATALOG" when value != "sqlite" => Database(value),
            // Somebody may have written a user and a password into an address.
            _ when value.Contains("://", StringComparison.Ordinal) && value.Contains('@') => Hidden,
            _ => value,
        };

    private static string Database(string value)
    {
        try
        {
            return $"PostgreSQL at {PostgresConnection.Describe(PostgresConnection.Parse(value))}";
        }
        catch (FormatException)
        {
            return Hidden;
        }
    }

    private static string Roots(IEnumerable<NamedRoot> roots) =>
        string.Join(',', roots.Select(root => $"{root.Name}={root.Path}"));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Value">Absent where there is none, nor a default.</param>
/// <param name="Origin"><c>environment</c>, <c>default</c>, or the file's path.</param>
internal sealed record SettingObject(string Name, string? Value, string Origin)
{
    [System.Text.Json.Serialization.JsonPropertyOrder(-1)]
    public string MessageType => "setting";
}
