using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Postgres;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Npgsql;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast doctor</c> with the real executable: nothing wrong, and one real thing broken at a time.</summary>
public sealed class DoctorTests : IDisposable
{
    private const string FakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task BeforeAFirstStartNothingIsWrongAndNothingIsMade()
    {
        DoctorReport report = await AskAsync();

        report.AssertHealthy();
        report.AssertOk("listen", "is free");
        report.AssertOk("master key", "the first start makes");
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData("libzstd.so.1", "libzstd1")]
    [InlineData("libcrypto.so.3", "libssl3")]
    public async Task ALibraryThatCannotBeLoadedIsNamedWithItsPackage(string library, string package)
    {
        // What lies first on the path is no library.
        await File.WriteAllTextAsync(Path.Join(directory.Make("libraries"), library), "");

        DoctorReport report = await AskAsync(("LD_LIBRARY_PATH", directory["libraries"]));

        report.AssertMistake("library", library);
        Assert.Contains(package, report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BesideARunningServiceThePortIsOursAndNothingChanges()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        await tenant.BackUpAsync(await tenant.CreateShareAsync());
        DoctorReport beside = await DoctorReport.AskAsync(server);
        beside.AssertHealthy();
        beside.AssertOk("listen", "our own service answers");
        beside.AssertOk("master key", "is the catalog's");
        Assert.DoesNotContain(HoldfastServer.AdminPassword, beside.Text, StringComparison.Ordinal);
        Assert.True(await server.IsReadyAsync());

        await server.StopAsync();
        string[] before = Everything(server.DataDirectory);
        DoctorReport stopped = await DoctorReport.AskAsync(server);
        stopped.AssertHealthy();
        stopped.AssertOk("listen", "is free");
        Assert.Equal(before, Everything(server.DataDirectory));
    }

    [Fact]
    public async Task AScratchDirectoryAmongSharesIsAMistake()
    {
        string shares = directory.Make("shares");
        DoctorReport report = await AskAsync(
            ("HOLDFAST_SHARE_ROOTS", $"local={shares}"),
            ("HOLDFAST_DRILLS__DIRECTORY", Path.Combine(shares, "mine"))
        );
        report.AssertMistake("drills", "lies in the share root");
    }

    [Fact]
    public async Task APortOfAnotherProgramOrAnotherServiceIsAMistake()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        (await AskAsync(("HOLDFAST_LISTEN", $"http://127.0.0.1:{port}"))).AssertMistake(
            "listen",
            "another program has"
        );

        await using HoldfastServer server = await HoldfastServer.StartAsync();
        (await AskAsync(("HOLDFAST_LISTEN", server.Settings["HOLDFAST_LISTEN"]!))).AssertMistake(
            "listen",
            "another program has"
        );
        (await AskAsync(("HOLDFAST_LISTEN", "http://192.0.2.1:8786"), ("HOLDFAST_TLS__NONE", "accept"))).AssertMistake(
            "listen",
            "this machine has no address 192.0.2.1"
        );
    }

    [Fact]
    public async Task AllMistakesOfTheConfigurationAreTold()
    {
        string file = directory["settings"];
        await File.WriteAllTextAsync(
            file,
            "HOLDFAST_ROLES=cook\nHOLDFAST_STROE=file:/x\nHOLDFAST_ADMIN_PASSWORD=s3cret-word\n"
        );
        DoctorReport report = await DoctorReport.AskAsync(Settings(), null, "--config", file);

        report.AssertHas("mistake", "configuration", "HOLDFAST_ROLES");
        report.AssertHas("mistake", "configuration", "did you mean 'HOLDFAST_STORE'?");
        report.AssertWarning("configuration", "may be read by others, and holds HOLDFAST_ADMIN_PASSWORD");
        Assert.DoesNotContain("s3cret-word", report.Text, StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, "HOLDFAST_ADMIN_PASSWORD=s3cret-word\n");
        DoctorReport mended = await DoctorReport.AskAsync(Settings(), null, "--config", file);
        mended.AssertHealthy();
        Assert.DoesNotContain("may be read by others", mended.Text, StringComparison.Ordinal);
        (await DoctorReport.AskAsync(Settings(), null, "--config", directory["none"])).AssertMistake(
            "configuration",
            "There is no configuration file"
        );
    }

    [Fact]
    public async Task AMasterKeyThatIsNotTheCatalogsOrNotItsOwnersAloneIsAMistake()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        string key = Path.Combine(server.DataDirectory, "keys", "master.key");
        string right = await File.ReadAllTextAsync(key);

        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        (await DoctorReport.AskAsync(server)).AssertMistake("master key", $"chmod 600 {key}");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(key, "not a key\n");
        (await DoctorReport.AskAsync(server)).AssertMistake("master key", key);
        await File.WriteAllTextAsync(key, new string('0', 64));
        (await DoctorReport.AskAsync(server)).AssertMistake(
            "master key",
            "is not the one that this catalog was made with"
        );
        File.Delete(key);
        (await DoctorReport.AskAsync(server)).AssertMistake("master key", "There is no master key at");
        Assert.False(File.Exists(key));
        DoctorReport command = await DoctorReport.AskAsync(
            server,
            ("HOLDFAST_MASTER_KEY_COMMAND", $"echo {right.Trim()}")
        );
        command.AssertHealthy();
        Assert.DoesNotContain(right.Trim(), command.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnotherStoreThanTheCatalogsAndAStoreWithoutItsCatalogAreMistakes()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        await tenant.BackUpAsync(await tenant.CreateShareAsync());
        string other = directory.Make("other");

        (await DoctorReport.AskAsync(server, ("HOLDFAST_STORE", $"file:{other}"))).AssertMistake(
            "store",
            "has none of the 1 repositories that the catalog knows"
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(other));
        (await AskAsync(("HOLDFAST_STORE", $"file:{server.DataDirectory}/store"))).AssertMistake(
            "store",
            "has the keys of 1 projects, and the catalog knows no repository"
        );
        await File.WriteAllTextAsync(directory["file"], "");
        (await AskAsync(("HOLDFAST_STORE", $"file:{directory["file"]}/store"))).AssertMistake(
            "store",
            directory["file"]
        );
    }

    [Fact]
    public async Task ARootThatIsAwayOrAnotherIsAMistake()
    {
        string root = directory.Make("root");
        string setting = $"local={root}";
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_SHARE_ROOTS"] = setting }
        );
        string marker = Path.Combine(root, ".holdfast-root");

        (await AskAsync(("HOLDFAST_SHARE_ROOTS", $"local={directory["nowhere"]}"))).AssertMistake(
            "share root 'local'",
            "there is no directory"
        );
        (await AskAsync(("HOLDFAST_VOLUME_ROOTS", $"local={directory["nowhere"]}"))).AssertMistake(
            "volume root 'local'",
            "there is no directory"
        );
        await File.WriteAllTextAsync(marker, "another\n");
        (await DoctorReport.AskAsync(server)).AssertMistake("share root 'local'", "is another root");
        File.Delete(marker);
        (await DoctorReport.AskAsync(server)).AssertMistake("share root 'local'", "is not that root");
        Assert.False(File.Exists(marker));
        Directory.Delete(root, recursive: true);
        (await DoctorReport.AskAsync(server)).AssertMistake("share root 'local'", "cannot be");
    }

    [Fact]
    public async Task WhoeverMayNotWriteIsToldWhere()
    {
        string data = directory.Make("data");
        string root = directory.Make("root");
        string store = directory.Make("store");
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(data, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(root, (UnixFileMode)0x1C0);
        File.SetUnixFileMode(store, (UnixFileMode)0x1ED);
        Dictionary<string, string?> settings = Settings(
            ("HOLDFAST_DATA", data),
            ("HOLDFAST_SHARE_ROOTS", $"local={root}"),
            ("HOLDFAST_STORE", $"file:{store}")
        );
        string[] nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        DoctorReport report = await DoctorReport.AskAsync(settings, nobody);

        report.AssertWarning("user", "is not root");
        report.AssertHas("mistake", "data directory", $"may not write in {data}");
        report.AssertHas("mistake", "roots", $"'{root}' cannot be opened");
        report.AssertHas("mistake", "store", store);
    }

    [Theory]
    [InlineData(-1, "localhost", true, "mistake", "has expired")]
    [InlineData(10, "localhost", true, "warning", "expires soon")]
    [InlineData(100, "elsewhere.example.org", true, "mistake", "is not for localhost")]
    [InlineData(100, "localhost", false, "mistake", "cannot be used")]
    [InlineData(100, "localhost", true, "ok", "good until")]
    public async Task ACertificateIsLookedAt(int days, string name, bool itsKey, string level, string found)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=test", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-100), now.AddDays(days));
        await File.WriteAllTextAsync(directory["certificate.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(directory["key.pem"], (itsKey ? key : other).ExportPkcs8PrivateKeyPem());

        DoctorReport report = await AskAsync(
            ("HOLDFAST_LISTEN", $"https://localhost:{FreePort.Next()}"),
            ("HOLDFAST_TLS__CERTIFICATE", directory["certificate.pem"]),
            ("HOLDFAST_TLS__KEY", directory["key.pem"])
        );
        report.AssertHas(level, "tls", found);
        report.AssertWarning("tls", "key.pem may be read by others");
        if (level == "mistake")
        {
            report.AssertMistake("tls", found);
        }
        else
        {
            report.AssertHealthy();
        }
    }

    [Fact]
    public async Task APolicyFileThatCannotBeUsedIsAMistake()
    {
        await File.WriteAllTextAsync(directory["policy.yaml"], "share_backup:create: [\n");
        (await AskAsync(("HOLDFAST_POLICY_FILE", directory["policy.yaml"]))).AssertMistake("policy", "policy.yaml");
    }

    [Fact]
    public async Task PostgresIsLookedAt()
    {
        await using PostgresServer postgres = await PostgresServer.StartAsync();
        string connection = await postgres.NewDatabaseAsync();
        (await OnAsync(connection)).AssertHealthy();
        Assert.Equal(
            0L,
            await AskDatabaseAsync(connection, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        );

        await using HoldfastServer node = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_CATALOG"] = connection }
        );
        DoctorReport beside = await DoctorReport.AskAsync(node);
        beside.AssertHealthy();
        beside.AssertOk("listen", "our own service answers");
        beside.AssertOk("clock", "agrees with that of the database");
        Assert.DoesNotContain(PostgresServer.Password, beside.Text, StringComparison.Ordinal);

        DoctorReport wrong = await OnAsync(
            new NpgsqlConnectionStringBuilder(connection) { Password = "wr0ng" }.ConnectionString
        );
        wrong.AssertMistake("catalog", "password authentication failed");
        Assert.DoesNotContain("wr0ng", wrong.Text, StringComparison.Ordinal);
        (
            await OnAsync(new NpgsqlConnectionStringBuilder(connection) { Port = FreePort.Next() }.ConnectionString)
        ).AssertMistake("catalog", "onnect");
        (await DoctorReport.AskAsync(node, Clock("+10s"))).AssertWarning("clock", "10 s ahead of that of the database");
        (await DoctorReport.AskAsync(node, Clock("-3h"))).AssertMistake("clock", "behind that of the database");

        await AskDatabaseAsync(
            connection,
            "DELETE FROM schema_version WHERE version = (SELECT max(version) FROM schema_version)"
        );
        DoctorReport older = await DoctorReport.AskAsync(node);
        older.AssertHealthy();
        older.AssertWarning("catalog", "the next start brings it to");
        await AskDatabaseAsync(connection, "INSERT INTO schema_version VALUES (9999, 'future', 0)");
        (await DoctorReport.AskAsync(node)).AssertMistake("catalog", "has schema 9999");

        Task<DoctorReport> OnAsync(string catalog) => AskAsync(("HOLDFAST_CATALOG", catalog));
    }

    [Fact]
    public async Task AnS3StoreIsLookedAt()
    {
        await using CephGateway gateway = await CephGateway.StartAsync();
        S3Place place = await gateway.Account.NewPlaceAsync();
        DoctorReport healthy = await OnAsync();
        healthy.AssertHealthy();
        healthy.AssertOk("store", "takes, gives and removes objects");
        healthy.AssertOk("clock", "agrees with that of the S3 store");
        Assert.DoesNotContain(gateway.Account.SecretKey, healthy.Text, StringComparison.Ordinal);
        using (AmazonS3Client client = gateway.Account.Open())
        {
            ListObjectsV2Response left = await client.ListObjectsV2Async(
                new ListObjectsV2Request { BucketName = place.Bucket }
            );
            Assert.Empty(left.S3Objects ?? []);
        }
        (await OnAsync(("AWS_SECRET_ACCESS_KEY", "not the secret"))).AssertMistake("store", "AWS_SECRET_ACCESS_KEY");
        (
            await OnAsync(
                ("HOLDFAST_STORE", place.Setting.Replace(place.Bucket, "never-made", StringComparison.Ordinal))
            )
        ).AssertMistake("store", "There is no bucket 'never-made'");
        DoctorReport early = await OnAsync(Clock("+3h"));
        early.AssertHas("mistake", "clock", "ahead of that of the S3 store");
        early.AssertHas("mistake", "store", "clock");
        await gateway.StopGatewayAsync();
        (await OnAsync()).AssertMistake("store", "Cannot");

        Task<DoctorReport> OnAsync(params (string, string?)[] more) =>
            AskAsync([
                ("HOLDFAST_STORE", place.Setting),
                .. gateway.Account.Environment.Select(one => (one.Key, one.Value)),
                .. more,
            ]);
    }

    private Dictionary<string, string?> Settings(params (string Name, string? Value)[] more)
    {
        Dictionary<string, string?> settings = new()
        {
            ["HOLDFAST_LISTEN"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["HOLDFAST_DATA"] = directory["fresh"],
        };
        foreach ((string name, string? value) in more)
        {
            settings[name] = value;
        }
        return settings;
    }

    /// <summary>Asks before a first start.</summary>
    private Task<DoctorReport> AskAsync(params (string Name, string? Value)[] more) =>
        DoctorReport.AskAsync(Settings(more));

    private static (string, string?)[] Clock(string offset) =>
        [("LD_PRELOAD", FakeTime), ("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")];

    private static string[] Everything(string path) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(one =>
                    File.Exists(one) ? $"{one} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(one)))}" : one
                ),
        ];

    private static async Task<object?> AskDatabaseAsync(string connection, string sql)
    {
        await using NpgsqlConnection open = new(connection);
        await open.OpenAsync();
        await using NpgsqlCommand command = new(sql, open);
        return await command.ExecuteScalarAsync();
    }
}
