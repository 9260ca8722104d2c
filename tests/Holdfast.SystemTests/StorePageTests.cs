using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Npgsql;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The commands of the pages that need a server of the operator's, typed beside a real one.</summary>
[Trait("e2e", "pages")]
public sealed class StorePageTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task TheServiceStartsOnABucketAndResticReadsIt()
    {
        await using CephGateway gateway = await CephGateway.StartAsync();
        S3Place place = await gateway.Account.NewPlaceAsync();
        string[] blocks = [.. CommandPage.Read("docs/operate/s3.md").Blocks.Select(block => block.Text)];
        string exports = Replaced(
            blocks[0],
            ("AWS_ACCESS_KEY_ID=…", $"AWS_ACCESS_KEY_ID={place.Account.AccessKey}"),
            ("AWS_SECRET_ACCESS_KEY=…", $"AWS_SECRET_ACCESS_KEY=\"{place.Account.SecretKey}\""),
            ("s3://backups/holdfast?endpoint=https://s3.example.org&region=us-east-1", place.Setting)
        );
        string[] command = [.. HoldfastServer.Command];
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            ["bash", "-euc", Replaced(exports, ("holdfast serve", "exec \"$@\"")), "s3.md", .. command],
            new Dictionary<string, string?>()
        );
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Combine(share.Directory, "file"), "content");
        await tenant.BackUpAsync(share);

        string check = Replaced(
            blocks[1],
            ("s3:https://s3.example.org/backups/holdfast", place.Repository),
            ("<project id>", tenant.ProjectId),
            ("holdfast key", $"{string.Join(' ', command)} key"),
            ("restic ", $"{Restic.Binary} ")
        );
        string settings = Replaced(exports, ("holdfast serve", ""));
        ProcessResult result = await ChildProcess.RunAsync(
            "bash",
            ["-euc", $"{settings}\n{check}"],
            server.Settings,
            directory.Path
        );

        Assert.Contains("no errors were found", result.Checked("s3.md").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheServiceStartsOnTheDatabaseThatThePageMakes()
    {
        await using PostgresServer postgres = await PostgresServer.StartAsync();
        NpgsqlConnectionStringBuilder superuser = new(await postgres.NewDatabaseAsync());
        CommandPage.Block making = CommandPage.Read("docs/operate/postgresql.md").Blocks[0];
        Dictionary<string, string?> environment = new()
        {
            ["PGHOST"] = superuser.Host,
            ["PGPORT"] = $"{superuser.Port}",
            ["PGUSER"] = superuser.Username,
            ["PGPASSWORD"] = superuser.Password,
            ["making"] = making.Text,
        };
        // Without a terminal the password is read, twice, from the standard input.
        (
            await ChildProcess.RunAsync(
                "bash",
                ["-euc", "printf 'password\\npassword\\n' | setsid --wait bash -euc \"$making\""],
                environment,
                directory.Path
            )
        ).Checked("postgresql.md");

        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["HOLDFAST_CATALOG"] = $"postgres://holdfast:password@{superuser.Host}:{superuser.Port}/holdfast",
            }
        );
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        await tenant.BackUpAsync(await tenant.CreateShareAsync());
    }

    /// <summary>What stands on the page for something of the operator's must stand there.</summary>
    private static string Replaced(string text, params (string OnPage, string Here)[] values)
    {
        foreach ((string onPage, string here) in values)
        {
            Assert.Contains(onPage, text, StringComparison.Ordinal);
            text = text.Replace(onPage, here, StringComparison.Ordinal);
        }
        return text;
    }
}
