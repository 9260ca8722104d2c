using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>How the setting that names a PostgreSQL database is read.</summary>
public static class PostgresConnection
{
    // Seconds that one statement may take on the server, and as long again as a statement that waits for us.
    private const int StatementSeconds = 30;

    // Connections of one node; a server takes a hundred in all unless told otherwise.
    private const int PoolSize = 20;

    // Seconds. A server that is away is to be noticed soon: clients are told to come again.
    private const int ConnectSeconds = 5;
    private const int SilentSeconds = 10;

    // For the server, of a node that is gone without a word: its locks are free, and its name, before a lease is over.
    private const string ServersPatience =
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000";

    // libpq's names, which URLs are written with, where Npgsql's are not the same with spaces.
    private static readonly Dictionary<string, string> NamesInUrls = new(StringComparer.Ordinal)
    {
        ["connect_timeout"] = "Timeout",
        ["dbname"] = "Database",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["user"] = "Username",
    };

    /// <param name="setting">A <c>postgres://</c> URL, or Npgsql's own form, <c>Host=…;Database=…</c>.</param>
    /// <returns>Npgsql's own form, with limits where it names none.</returns>
    /// <exception cref="FormatException">What is wrong with it, without the password.</exception>
    public static string Parse(string setting)
    {
        NpgsqlConnectionStringBuilder builder = IsUrl(setting, out Uri? url) ? OfUrl(url!) : OfText(setting);
        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new FormatException("names no host");
        }
        if (string.IsNullOrEmpty(builder.Database))
        {
            throw new FormatException("names no database");
        }
        Default(builder, "Application Name", "holdfast");
        Default(builder, "Maximum Pool Size", PoolSize);
        Default(builder, "Timeout", ConnectSeconds);
        Default(builder, "Tcp Keepalive", true);
        Default(builder, "Tcp Keepalive Time", SilentSeconds);
        Default(builder, "Tcp Keepalive Interval", SilentSeconds);
        // Longer than the server's own limit, which leaves the connection usable.
        Default(builder, "Command Timeout", StatementSeconds + ConnectSeconds);
        // The operator's own options come last, and win. No statement here is long enough to be compiled.
        builder.Options =
            $"-c statement_timeout={StatementSeconds}s -c idle_in_transaction_session_timeout={StatementSeconds}s "
            + $"-c jit=off {ServersPatience} {builder.Options}".TrimEnd();
        return builder.ConnectionString;
    }

    /// <summary>Where the database is, for the operator: never how to get in.</summary>
    public static string Describe(string connection)
    {
        NpgsqlConnectionStringBuilder builder = new(connection);
        return $"{builder.Host}, port {builder.Port}, database {builder.Database}";
    }

    private static void Default(NpgsqlConnectionStringBuilder builder, string name, object value)
    {
        if (!builder.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            builder[name] = value;
        }
    }

    private static bool IsUrl(string setting, out Uri? url) =>
        Uri.TryCreate(setting, UriKind.Absolute, out url) && url.Scheme is "postgres" or "postgresql";

    private static NpgsqlConnectionStringBuilder OfText(string setting)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(setting);
        }
        catch (ArgumentException error)
        {
            throw new FormatException(
                "is neither a postgres:// URL nor a connection string such as Host=…;Database=…;Username=…",
                error
            );
        }
    }

    private static NpgsqlConnectionStringBuilder OfUrl(Uri url)
    {
        string[] user = url.UserInfo.Split(':', 2);
        NpgsqlConnectionStringBuilder builder = new() { Host = url.IdnHost };
        if (url.Port > 0)
        {
            builder.Port = url.Port;
        }
        if (user[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(user[0]);
        }
        if (user.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(user[1]);
        }
        if (url.AbsolutePath.Length > 1)
        {
            builder.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        }
        foreach (string pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
            SetOption(builder, parts[0], value);
        }
        return builder;
    }

    private static void SetOption(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        try
        {
            // The modes of TLS have hyphens there.
            builder[NamesInUrls.GetValueOrDefault(name, name.Replace('_', ' '))] =
                name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception error) when (error is ArgumentException or KeyNotFoundException)
        {
            throw new FormatException($"has an option '{name}' that is not known, or not with that value", error);
        }
    }
}
