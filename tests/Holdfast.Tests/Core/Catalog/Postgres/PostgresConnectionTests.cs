using Holdfast.Core.Catalog.Postgres;
using Npgsql;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

public sealed class PostgresConnectionTests
{
    [Fact]
    public void A_url_says_what_Npgsqls_own_form_says()
    {
        NpgsqlConnectionStringBuilder builder = Parse(
            "postgres://an%40n:s%2Fecret@db.example:6543/hold%20fast?sslmode=verify-full&sslrootcert=/etc/ca&connect_timeout=9"
        );

        Assert.Equal(
            ("db.example", 6543, "an@n", "s/ecret", "hold fast", SslMode.VerifyFull, "/etc/ca", 9),
            (
                builder.Host,
                builder.Port,
                builder.Username,
                builder.Password,
                builder.Database,
                builder.SslMode,
                builder.RootCertificate,
                builder.Timeout
            )
        );
    }

    [Theory]
    [InlineData("postgresql://[::1]/holdfast", "::1")]
    [InlineData("Host=/run/postgresql;Database=holdfast", "/run/postgresql")]
    public void Hosts_have_any_form(string setting, string host) => Assert.Equal(host, Parse(setting).Host);

    [Fact]
    public void Every_wait_has_a_limit_and_the_pool_too()
    {
        NpgsqlConnectionStringBuilder builder = Parse("postgres://db/holdfast");

        Assert.Equal((20, 5, 35), (builder.MaxPoolSize, builder.Timeout, builder.CommandTimeout));
        Assert.Contains("statement_timeout=30s", builder.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_operator_says_wins()
    {
        NpgsqlConnectionStringBuilder builder = Parse(
            "Host=db;Database=holdfast;Maximum Pool Size=3;Options=-c statement_timeout=9s"
        );

        Assert.Equal(3, builder.MaxPoolSize);
        Assert.EndsWith(" -c statement_timeout=9s", builder.Options, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_it_is_is_told_and_not_how_to_get_in() =>
        Assert.Equal(
            "db, port 5432, database holdfast",
            PostgresConnection.Describe(
                "Host=db;Database=holdfast;Username=ann;Password=secret;Persist Security Info=true"
            )
        );

    private static NpgsqlConnectionStringBuilder Parse(string setting) => new(PostgresConnection.Parse(setting));
}
