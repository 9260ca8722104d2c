using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>How the setting that names a PostgreSQL database is read.</summary>
public static class PostgresConnection
{
    // Seconds that one statement may take, on the server and as we wait for it.
    private const int StatementSeconds = 30;

    /// <param name="setting">A <c>postgres://</c> URL, or Npgsql's own form, <c>Host=…;Database=…</c>.</param>
    /// <returns>Npgsql's own form, with limits where it names none.</returns>
    /// <exception cref="FormatException">What is wrong with it, without the password.</exception>
    public static string Parse(string setting)
    {
        NpgsqlConnectionStringBuilder builder = IsUrl(setting, out Uri? url) ? OfUrl(url!) : OfText(setting);
        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new FormatException("it names no host");
        }
        builder.ApplicationName ??= "holdfast";
        builder.Options ??=
            $"-c statement_timeout={StatementSeconds}s -c idle_in_transaction_session_timeout={StatementSeconds}s";
        if (!builder.ContainsKey("Command Timeout"))
        {
            builder.CommandTimeout = StatementSeconds;
        }
        return builder.ConnectionString;
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
            throw new FormatException("it is neither a postgres:// URL nor a connection string of Npgsql's", error);
        }
    }

    private static NpgsqlConnectionStringBuilder OfUrl(Uri url)
    {
        string[] user = url.UserInfo.Split(':', 2);
        NpgsqlConnectionStringBuilder builder = new() { Host = url.Host };
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
            // libpq's names, which URLs are written with; its modes have hyphens.
            builder[name == "sslmode" ? "SSL Mode" : name.Replace('_', ' ')] =
                name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception error) when (error is ArgumentException or KeyNotFoundException)
        {
            throw new FormatException($"its option '{name}' is not known, or has a value that it cannot have", error);
        }
    }
}
