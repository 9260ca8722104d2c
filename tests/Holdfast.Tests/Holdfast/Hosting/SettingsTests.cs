using Holdfast.Cli;
using Holdfast.Core;
using Holdfast.Hosting;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Hosting;

public sealed class SettingsTests
{
    private static Settings Read(params (string Name, string Value)[] environment) =>
        Settings.Read(
            new SettingSource(name => environment.FirstOrDefault(pair => pair.Name == name).Value, file: null)
        );

    [Fact]
    public void Defaults_are_those_of_the_documentation()
    {
        Settings settings = Read(("HOLDFAST_DATA", "/srv/holdfast"));

        Assert.Equal(new Uri("http://127.0.0.1:8786"), settings.Listen);
        Assert.Equal("http://127.0.0.1:8786", settings.Core.PublicUrl);
        Assert.Equal("/srv/holdfast/store", settings.StoreDirectory);
        Assert.Equal("/srv/holdfast/keys/master.key", settings.Core.MasterKeyFile);
        Assert.Equal(["api", "scheduler", "worker"], settings.Core.Roles.Order());
        Assert.Equal(
            ("local", "/srv/holdfast/shares"),
            (settings.Core.ShareRoots[0].Name, settings.Core.ShareRoots[0].Path)
        );
        Assert.Equal(new NamedRoot("local", "/srv/holdfast/volumes"), Assert.Single(settings.Core.VolumeRoots));
        Assert.Equal(TimeSpan.FromSeconds(1), settings.Core.PollInterval);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Core.Lease);
        Assert.Equal(TimeSpan.Zero, settings.Core.Grace);
    }

    [Fact]
    public void All_mistakes_are_told_when_all_are_asked_for()
    {
        Dictionary<string, string> environment = new()
        {
            ["HOLDFAST_ROLES"] = "cook",
            ["HOLDFAST_AUTH"] = "keystone",
            ["HOLDFAST_KEYSTONE__USERNAME"] = "holdfast",
            ["HOLDFAST_WORKERS__LEASE_SECONDS"] = "soon",
        };
        SettingSource source = new(environment.GetValueOrDefault, file: null);

        Assert.Null(Settings.Read(source, out IReadOnlyList<CommandError> mistakes));
        Assert.Equal(3, mistakes.Count);
        Assert.Contains(mistakes, one => one.Message.StartsWith("HOLDFAST_ROLES", StringComparison.Ordinal));
        Assert.Contains(
            mistakes,
            one => one.Message.EndsWith("needs HOLDFAST_KEYSTONE__URL.", StringComparison.Ordinal)
        );
        Assert.Contains(mistakes, one => one.Message.StartsWith("HOLDFAST_WORKERS__LEASE", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_file_has_to_be_there_only_when_it_is_named()
    {
        Assert.Null(Read().Core.PolicyFile);
        Assert.Equal(
            "/etc/holdfast/policy.yaml",
            Read(("HOLDFAST_POLICY_FILE", "/etc/holdfast/policy.yaml")).Core.PolicyFile
        );
    }

    [Theory]
    [InlineData("HOLDFAST_LISTEN", "127.0.0.1:8786")]
    [InlineData("HOLDFAST_LISTEN", "http://0.0.0.0:8786")]
    [InlineData("HOLDFAST_LISTEN", "http://example.org:8786")]
    [InlineData("HOLDFAST_LISTEN", "https://127.0.0.1:8786")]
    [InlineData("HOLDFAST_NODE", "a:b")]
    [InlineData("HOLDFAST_ROLES", "api,cook")]
    [InlineData("HOLDFAST_STORE", "s3://bucket/prefix")]
    [InlineData("HOLDFAST_CATALOG", "mysql://localhost/holdfast")]
    [InlineData("HOLDFAST_CATALOG", "postgres://localhost")]
    [InlineData("HOLDFAST_CATALOG", "postgres://localhost/holdfast?colour=blue")]
    [InlineData("HOLDFAST_CATALOG", "postgres://localhost/holdfast?sslmode=sometimes")]
    [InlineData("HOLDFAST_CATALOG", "Database=holdfast")]
    [InlineData("HOLDFAST_CATALOG", "Host=localhost;Database=holdfast;Port=many")]
    [InlineData("HOLDFAST_AUTH", "ldap")]
    [InlineData("HOLDFAST_KEYSTONE__URL", "https://keystone.example")]
    [InlineData("HOLDFAST_KEYSTONE__PASSWORD", "secret")]
    [InlineData("HOLDFAST_METRICS__TOKEN_FILE", "/no/such/token")]
    [InlineData("HOLDFAST_LOG__FORMAT", "xml")]
    [InlineData("HOLDFAST_SHARE_ROOTS", "a=relative")]
    [InlineData("HOLDFAST_SHARE_ROOTS", "a=/one,a=/two")]
    [InlineData("HOLDFAST_SHARE_ROOTS", "volume:a=/one")]
    [InlineData("HOLDFAST_VOLUME_ROOTS", "a=relative")]
    [InlineData("HOLDFAST_WORKERS__LEASE_SECONDS", "-1")]
    [InlineData("HOLDFAST_WORKERS__CONCURRENCY", "0")]
    [InlineData("HOLDFAST_WORKERS__CONCURRENCY", "1025")]
    [InlineData("HOLDFAST_WORKERS__PROJECT_LIMIT", "0")]
    [InlineData("HOLDFAST_VOLUMES__GIGABYTES_PER_PROJECT", "-1")]
    [InlineData("HOLDFAST_TLS__KEY", "/etc/key.pem")]
    public void A_value_that_cannot_be_honoured_is_refused_by_name(string name, string value)
    {
        CommandError error = Assert.Throws<CommandError>(() => Read((name, value)));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, error.ExitCode);
    }

    [Theory]
    [InlineData("HOLDFAST_CATALOG", "postgres://holdfast:secret@db")]
    [InlineData("HOLDFAST_CATALOG", "postgres://holdfast:secret@one,two/holdfast")]
    [InlineData("HOLDFAST_CATALOG", "Host=db;Password=secret;Database=holdfast;Colour=blue")]
    [InlineData("HOLDFAST_KEYSTONE__PASSWORD", "secret")]
    public void A_refusal_does_not_show_a_password(string name, string value)
    {
        CommandError error = Assert.Throws<CommandError>(() => Read((name, value)));

        Assert.DoesNotContain("secret", error.Message + error.Advice, StringComparison.Ordinal);
    }

    private static readonly (string, string)[] Keystone =
    [
        ("HOLDFAST_AUTH", "keystone"),
        ("HOLDFAST_KEYSTONE__URL", "https://keystone.example:5000"),
        ("HOLDFAST_KEYSTONE__USERNAME", "holdfast"),
        ("HOLDFAST_KEYSTONE__PASSWORD", "secret"),
    ];

    [Fact]
    public void Keystone_needs_a_url_a_user_and_a_password_and_has_defaults_for_the_rest()
    {
        Settings settings = Read(Keystone);

        Assert.Equal(new Uri("https://keystone.example:5000/v3"), settings.Keystone!.Url);
        Assert.Equal(("holdfast", "secret"), (settings.Keystone.Username, settings.Keystone.Password));
        Assert.Equal(
            ("service", "Default", "Default"),
            (settings.Keystone.Project, settings.Keystone.UserDomain, settings.Keystone.ProjectDomain)
        );
        Assert.Equal(TimeSpan.FromSeconds(60), settings.Keystone.CacheFor);
        Assert.Equal("https://keystone.example:5000/v3", settings.LoginUrl);
        Assert.Null(Read().Keystone);
    }

    [Fact]
    public void Clients_may_be_told_another_keystone_url_than_we_use()
    {
        Settings settings = Read([
            .. Keystone,
            ("HOLDFAST_KEYSTONE__WWW_AUTHENTICATE_URI", "https://public.example/v3"),
        ]);

        Assert.Equal("https://public.example/v3", settings.LoginUrl);
    }

    [Theory]
    [InlineData("HOLDFAST_KEYSTONE__URL")]
    [InlineData("HOLDFAST_KEYSTONE__USERNAME")]
    [InlineData("HOLDFAST_KEYSTONE__PASSWORD")]
    public void Without_one_of_them_the_start_ends_and_names_it(string missing)
    {
        CommandError error = Assert.Throws<CommandError>(() =>
            Read([.. Keystone.Where(pair => pair.Item1 != missing)])
        );

        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HOLDFAST_KEYSTONE__URL", "keystone.example:5000")]
    [InlineData("HOLDFAST_KEYSTONE__URL", "https://holdfast:secret@keystone.example/")]
    [InlineData("HOLDFAST_KEYSTONE__URL", "https://keystone.example/?password=secret")]
    [InlineData("HOLDFAST_KEYSTONE__CACHE_SECONDS", "-1")]
    [InlineData("HOLDFAST_KEYSTONE__CACHE_SECONDS", "3601")]
    public void A_setting_of_keystones_that_makes_no_sense_is_refused_without_a_password(string name, string value)
    {
        (string, string)[] settings = [.. Keystone.Where(pair => pair.Item1 != name), (name, value)];
        CommandError error = Assert.Throws<CommandError>(() => Read(settings));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_the_file_that_is_no_setting_is_refused()
    {
        using TemporaryDirectory directory = new();
        string file = directory["holdfast.conf"];
        File.WriteAllText(file, "HOLDFAST_REGON=Two\n");

        CommandError error = Assert.Throws<CommandError>(() => Settings.Read(new SettingSource(_ => null, file)));

        Assert.Contains("HOLDFAST_REGON", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listening_beyond_loopback_without_tls_needs_to_be_accepted()
    {
        Settings settings = Read(("HOLDFAST_LISTEN", "http://0.0.0.0:8786"), ("HOLDFAST_TLS__NONE", "accept"));

        Assert.Equal("0.0.0.0", settings.Listen.Host);
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_both_are_named_as_origin()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# a comment\n\nHOLDFAST_NODE=from-file\nHOLDFAST_REGION=\"Two\"\n");
            SettingSource source = new(name => name == "HOLDFAST_NODE" ? "from-environment" : null, file);

            Settings settings = Settings.Read(source);

            Assert.Equal(("from-environment", "Two"), (settings.Core.Node, settings.Core.Region));
            Assert.Equal("environment", source.Origin("HOLDFAST_NODE"));
            Assert.Equal(file, source.Origin("HOLDFAST_REGION"));
            Assert.Equal("default", source.Origin("HOLDFAST_DATA"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Only_a_lock_that_is_held_is_said_to_be_held()
    {
        using TemporaryDirectory directory = new();
        File.CreateSymbolicLink(directory["serve.lock"], directory["serve.lock"]);

        Assert.Throws<IOException>(() =>
            DataDirectory.Claim(directory.Path, "node1", new Uri("http://127.0.0.1:1")).Dispose()
        );
    }

    [Fact]
    public void Who_holds_a_data_directory_is_its_owners_to_read()
    {
        using TemporaryDirectory directory = new();
        using (DataDirectory.Claim(directory.Path, "node1", new Uri("http://127.0.0.1:1")))
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(directory["serve.holder"])
            );
        }
    }

    [Fact]
    public void A_second_claim_on_a_data_directory_names_the_holder()
    {
        string directory = Directory.CreateTempSubdirectory("holdfast").FullName;
        try
        {
            using (DataDirectory.Claim(directory, "node1", new Uri("http://127.0.0.1:1")))
            {
                CommandError error = Assert.Throws<CommandError>(() =>
                    DataDirectory.Claim(directory, "node2", new Uri("http://127.0.0.1:2"))
                );
                Assert.Equal(ExitCode.Held, error.ExitCode);
                Assert.Contains("node node1", error.Message, StringComparison.Ordinal);
            }
            DataDirectory.Claim(directory, "node2", new Uri("http://127.0.0.1:2")).Dispose();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
