using Holdfast.Cli.Doctor;
using Holdfast.Hosting;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Cli.Doctor;

public sealed class SettingTableTests : IDisposable
{
    private const string Secret = "s3cret";

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Each_value_has_its_origin_and_no_secret_is_shown()
    {
        string file = directory["settings"];
        File.WriteAllText(file, "HOLDFAST_REGION=North\nHOLDFAST_NODE=from-file\n");
        Dictionary<string, string> environment = new()
        {
            ["HOLDFAST_NODE"] = "from-environment",
            ["HOLDFAST_AUTH"] = "keystone",
            ["HOLDFAST_KEYSTONE__URL"] = "https://keystone.example.org",
            ["HOLDFAST_KEYSTONE__USERNAME"] = "holdfast",
            ["HOLDFAST_KEYSTONE__PASSWORD"] = Secret,
            ["HOLDFAST_ADMIN_PASSWORD"] = Secret,
            ["HOLDFAST_CATALOG"] = $"postgres://user:{Secret}@db.example.org/holdfast",
            ["HOLDFAST_MASTER_KEY_COMMAND"] = $"vault --token {Secret}",
            ["HOLDFAST_STORE"] = "s3://bucket/prefix",
            ["HOLDFAST_PUBLIC_URL"] = $"https://user:{Secret}@backup.example.org",
            ["AWS_ACCESS_KEY_ID"] = "AKIA",
            ["AWS_SECRET_ACCESS_KEY"] = Secret,
            ["AWS_SESSION_TOKEN"] = Secret,
        };
        SettingSource source = new(environment.GetValueOrDefault, file);
        IReadOnlyList<SettingObject> table = SettingTable.Of(source, Settings.Read(source));

        Assert.Equal(("North", file), Find("HOLDFAST_REGION"));
        Assert.Equal(("from-environment", "environment"), Find("HOLDFAST_NODE"));
        Assert.Equal(("nova", "default"), Find("HOLDFAST_AVAILABILITY_ZONE"));
        Assert.Equal(("service", "default"), Find("HOLDFAST_KEYSTONE__PROJECT"));
        Assert.Equal(
            ("PostgreSQL at db.example.org, port 5432, database holdfast", "environment"),
            Find("HOLDFAST_CATALOG")
        );
        Assert.Equal(("AKIA", "environment"), Find("AWS_ACCESS_KEY_ID"));
        Assert.DoesNotContain(table, one => one.Value?.Contains(Secret, StringComparison.Ordinal) == true);

        (string?, string) Find(string name)
        {
            SettingObject found = table.Single(one => one.Name == name);
            return (found.Value, found.Origin);
        }
    }

    /// <summary>What the operator's page lists is what is printed: no setting is forgotten in either.</summary>
    [Fact]
    public void Every_documented_setting_is_in_it()
    {
        SettingSource source = new(_ => null, file: null);
        HashSet<string> printed = [.. SettingTable.Of(source, Settings.Read(source)).Select(one => one.Name)];
        string page = File.ReadAllText(RepositoryRoot.File("docs/operate/configuration.md"));
        IEnumerable<string> documented = page.Split('\n')
            .Where(line => line.StartsWith("| `HOLDFAST_", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split('`'))
            .Where(name => name.StartsWith("HOLDFAST_", StringComparison.Ordinal));

        Assert.Subset(printed, documented.ToHashSet());
    }
}
