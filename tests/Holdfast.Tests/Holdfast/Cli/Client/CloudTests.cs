using System.Text.Json.Nodes;
using Holdfast.Cli;
using Holdfast.Cli.Client;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Cli.Client;

/// <summary>Whose word counts, and what is sent to sign in.</summary>
public sealed class CloudTests : IDisposable
{
    private const string Clouds = """
        clouds:
          lab:
            auth:
              auth_url: https://identity.example:5000
              username: alice
              project_name: demo
              user_domain_name: People
              project_domain_id: things
            region_name: North
            interface: internalURL
            verify: true
          robot:
            auth_type: v3applicationcredential
            auth:
              auth_url: https://identity.example:5000/v3/
              application_credential_id: cred
              application_credential_secret: the secret of it
        """;

    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void Without_a_cloud_the_variables_are_it()
    {
        Cloud cloud = Read(
            null,
            ("OS_AUTH_URL", "http://h/identity/"),
            ("OS_USERNAME", "bob"),
            ("OS_PASSWORD", "p"),
            ("OS_PROJECT_ID", "1234"),
            ("HOME", "/nowhere")
        );
        Assert.Equal("http://h/identity/v3", cloud.AuthUrl.AbsoluteUri);
        Assert.Equal(("public", null), (cloud.Interface, cloud.Region));
        AssertBody(
            """
            {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"bob","domain":{"id":"default"},"password":"p"}}},
            "scope":{"project":{"id":"1234"}}}}
            """,
            cloud
        );
    }

    [Fact]
    public void A_named_cloud_is_its_files_alone_and_secure_yaml_wins()
    {
        string clouds = Write("clouds.yaml", Clouds);
        string secure = Write("secure.yaml", "clouds: {lab: {auth: {password: kept apart}}}");
        Cloud cloud = Read(
            "lab",
            ("OS_CLIENT_CONFIG_FILE", clouds),
            ("OS_CLIENT_SECURE_FILE", secure),
            ("OS_PASSWORD", "of another"),
            ("OS_CLOUD", "robot")
        );
        Assert.Equal(("internal", "North"), (cloud.Interface, cloud.Region));
        AssertBody(
            """
            {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"alice","domain":{"name":"People"},"password":"kept apart"}}},
            "scope":{"project":{"name":"demo","domain":{"id":"things"}}}}}
            """,
            cloud
        );
    }

    [Fact]
    public void An_application_credential_brings_its_project()
    {
        Cloud cloud = Read(null, ("OS_CLIENT_CONFIG_FILE", Write("clouds.yaml", Clouds)), ("OS_CLOUD", "robot"));
        Assert.Equal("https://identity.example:5000/v3", cloud.AuthUrl.AbsoluteUri);
        AssertBody(
            """
            {"auth":{"identity":{"methods":["application_credential"],
            "application_credential":{"secret":"the secret of it","id":"cred"}}}}
            """,
            cloud
        );
    }

    [Fact]
    public void A_token_is_used_where_there_is_one()
    {
        Cloud cloud = Read(
            null,
            ("OS_AUTH_URL", "http://h/v3"),
            ("OS_TOKEN", "t"),
            ("OS_USERNAME", "bob"),
            ("OS_PASSWORD", ""),
            ("OS_PROJECT_NAME", "demo")
        );
        AssertBody(
            """
            {"auth":{"identity":{"methods":["token"],"token":{"id":"t"}},
            "scope":{"project":{"name":"demo","domain":{"id":"default"}}}}}
            """,
            cloud
        );
        Assert.False(SignIn.IsRepeatable(cloud));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        (string, string)[] some = [("OS_AUTH_URL", "http://h"), ("OS_USERNAME", "bob"), ("OS_PROJECT_NAME", "demo")];
        AssertRefused("Set OS_PASSWORD, or password in clouds.yaml.", () => SignIn.Body(Read(null, some)));
        (string, string)[] other = [("OS_AUTH_URL", "http://h"), ("OS_USERNAME", "bob"), ("OS_PASSWORD", "p")];
        AssertRefused("Set OS_PROJECT_NAME, or project_name in clouds.yaml.", () => SignIn.Body(Read(null, other)));
        AssertRefused(
            "Use password, token",
            () => SignIn.Body(Read(null, [.. some, ("OS_AUTH_TYPE", "v3oidcpassword")]))
        );
        AssertRefused("Set OS_AUTH_URL", () => Read(null));
        AssertRefused("Set OS_AUTH_URL", () => Read(null, ("OS_AUTH_URL", "file:///etc/passwd")));
        string clouds = Write("clouds.yaml", Clouds);
        AssertRefused("Look under 'clouds'", () => Read("nobody", ("OS_CLIENT_CONFIG_FILE", clouds)));
    }

    [Fact]
    public void A_file_that_is_not_yaml_is_named_and_not_quoted()
    {
        string clouds = Write("clouds.yaml", "clouds: {lab: {auth: {password: *secret}}");
        CommandError error = Assert.Throws<CommandError>(() => Read("lab", ("OS_CLIENT_CONFIG_FILE", clouds)));
        Assert.StartsWith($"{clouds} is not YAML: line ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8786/v2", "http://127.0.0.1:8786/api/v1/")]
    [InlineData("https://h/v2/0123456789abcdef0123456789abcdef", "https://h/api/v1/")]
    [InlineData("https://h/backup/v2/", "https://h/backup/api/v1/")]
    [InlineData("https://h/backup", "https://h/backup/api/v1/")]
    public void The_native_api_lies_beside_manilas(string service, string native) =>
        Assert.Equal(native, CloudSession.NativeUrl(service).AbsoluteUri);

    public void Dispose() => directory.Dispose();

    private string Write(string name, string text)
    {
        File.WriteAllText(directory[name], text);
        return directory[name];
    }

    private static Cloud Read(string? option, params (string Name, string Value)[] variables)
    {
        Dictionary<string, string> all = variables.ToDictionary(pair => pair.Name, pair => pair.Value);
        return CloudOption.Read(option, name => all.GetValueOrDefault(name), all);
    }

    private static void AssertBody(string expected, Cloud cloud) =>
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(expected), SignIn.Body(cloud)),
            SignIn.Body(cloud).ToJsonString()
        );

    private static void AssertRefused(string advice, Func<object> work)
    {
        CommandError error = Assert.Throws<CommandError>(() => _ = work());
        Assert.StartsWith(advice, error.Advice, StringComparison.Ordinal);
    }
}
