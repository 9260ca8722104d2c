using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>What happens to a request before any use case: version, route, token, project, experiment.</summary>
public sealed class GatesTests : IAsyncLifetime
{
    private const string Version = "X-OpenStack-Manila-API-Version";
    private const string StockNotFound = "The resource could not be found.";

    private ApiHost host = null!;

    public async ValueTask InitializeAsync() => host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Discovery_at_the_root_needs_no_token_and_answers_300()
    {
        Answer answer = await host.SendAsync("GET", "/", token: null);

        Assert.Equal(300, answer.Code);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Null(answer.Header(Version));
        var only = Assert.Single(answer.Json["versions"]!.AsArray())!;
        Assert.Equal("CURRENT", only["status"]!.GetValue<string>());
        Assert.Equal("2.99", only["version"]!.GetValue<string>());
        Assert.Equal("2.0", only["min_version"]!.GetValue<string>());
        Assert.Equal(ApiHost.PublicUrl + "/v2/", only["links"]![1]!["href"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/v2")]
    [InlineData("/v2/")]
    public async Task Discovery_below_v2_needs_a_token_and_answers_200(string path)
    {
        Assert.Equal(401, (await host.SendAsync("GET", path, token: null)).Code);
        Answer answer = await host.SendAsync("GET", path, version: null);
        Assert.Equal(200, answer.Code);
        Assert.Equal("2.0", answer.Header(Version));
    }

    [Theory]
    [InlineData("/v2/share-backups")]
    [InlineData("/v2/nothing-here")]
    [InlineData("/nothing-here")]
    public async Task Without_a_valid_token_every_path_is_401_in_keystones_words(string path)
    {
        foreach (string? token in new[] { null, "", "stale" })
        {
            Answer answer = await host.SendAsync("GET", path, token: token);
            Assert.Equal(401, answer.Code);
            Assert.Equal("Unauthorized", answer.Json["error"]!["title"]!.GetValue<string>());
            Assert.StartsWith("Keystone uri=", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PATCH", "/v2/share-backups/x")]
    [InlineData("PUT", "/v2/share-backups")]
    [InlineData("DELETE", "/v2/share-backups")]
    [InlineData("POST", "/v2/share-backups/x")]
    [InlineData("GET", "/v2/share-backups/")]
    [InlineData("GET", "/v2/share_backups")]
    [InlineData("GET", "/v2/share-backups/x/action")]
    [InlineData("GET", "/v2/XYZ/share-backups")]
    [InlineData("GET", "/v2.0/share-backups")]
    public async Task A_path_or_verb_that_is_not_routed_is_the_routers_404(string method, string path)
    {
        Answer answer = await host.SendAsync(method, path);

        Assert.Equal(404, answer.Code);
        Assert.Equal("404 Not Found", answer.Json["code"]!.GetValue<string>());
        Assert.Null(answer.Header(Version));
    }

    [Fact]
    public async Task Head_of_a_list_is_404()
    {
        Assert.Equal(404, (await host.SendAsync("HEAD", "/v2/share-backups")).Code);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("abc")]
    [InlineData("2")]
    [InlineData("2.080")]
    [InlineData("")]
    public async Task A_version_that_cannot_be_read_is_400_without_version_headers(string version)
    {
        Answer answer = await host.SendAsync("GET", "/v2/share-backups", version: version);

        Assert.Equal(400, answer.Code);
        Assert.Equal(
            ("badRequest", $"API Version String {version} is of invalid format. Must be of format MajorNum.MinorNum."),
            answer.Fault
        );
        Assert.Null(answer.Header(Version));
        Assert.Null(answer.Header("Vary"));
    }

    [Theory]
    [InlineData("2.999")]
    [InlineData("3.0")]
    [InlineData("1.0")]
    public async Task A_version_that_is_not_served_is_406_and_echoed(string version)
    {
        Answer answer = await host.SendAsync("GET", "/v2/share-backups", version: version);

        Assert.Equal(406, answer.Code);
        Assert.Equal(
            ("computeFault", $"Version {version} is not supported by the API. Minimum is 2.0 and maximum is 2.99."),
            answer.Fault
        );
        Assert.Equal(version, answer.Header(Version));
        Assert.Equal(Version, answer.Header("Vary"));
    }

    [Theory]
    [InlineData(null, "true")]
    [InlineData("2.79", "true")]
    [InlineData("2.91", null)]
    [InlineData("2.91", "False")]
    public async Task Backups_do_not_exist_below_2_80_or_without_the_experimental_header(
        string? version,
        string? experimental
    )
    {
        Answer answer = await host.SendAsync("GET", "/v2/share-backups", version: version, experimental: experimental);

        Assert.Equal(404, answer.Code);
        Assert.Equal(("itemNotFound", StockNotFound), answer.Fault);
        Assert.Equal(version ?? "2.0", answer.Header(Version));
    }

    [Fact]
    public async Task The_experimental_header_is_echoed_only_when_it_was_true()
    {
        Answer with = await host.SendAsync("GET", "/v2/share-backups/new", experimental: "1");
        Answer without = await host.SendAsync("GET", "/v2/share-backups/new", experimental: "no");

        Assert.Equal("True", with.Header("X-OpenStack-Manila-API-Experimental"));
        Assert.Null(without.Header("X-OpenStack-Manila-API-Experimental"));
    }

    [Theory]
    [InlineData("/v2/share-backups/new")]
    [InlineData("/v2/share-backups/x/edit")]
    public async Task Forms_that_the_framework_routes_are_a_plain_not_found(string path)
    {
        Assert.Equal(("itemNotFound", StockNotFound), (await host.SendAsync("GET", path)).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/detail")]
    public async Task Another_projects_id_in_the_url_is_a_malformed_url(string path)
    {
        Answer answer = await host.SendAsync("GET", $"/v2/{ApiHost.OtherProject}/share-backups{path}", token: "admin");

        Assert.Equal(400, answer.Code);
        Assert.Equal(("badRequest", "Malformed request url"), answer.Fault);
    }

    [Theory]
    [InlineData("{\"foo\":null}", 400, "There is no such action: foo")]
    [InlineData("{\"os-reset_status\":{\"status\":\"error\"}}", 400, "There is no such action: os-reset_status")]
    [InlineData("{}", 400, "Malformed request body")]
    [InlineData("{\"restore\":null,\"reset_status\":null}", 400, "Malformed request body")]
    [InlineData("{\"restore\":", 400, "Malformed request body")]
    [InlineData("[]", 400, "Malformed request body")]
    [InlineData("\"ab\"", 400, "Malformed request body")]
    [InlineData("[1]", 404, StockNotFound)]
    [InlineData("\"a\"", 404, StockNotFound)]
    [InlineData("5", 404, StockNotFound)]
    [InlineData("null", 404, StockNotFound)]
    public async Task An_action_body_is_judged_before_the_version(string body, int status, string message)
    {
        foreach (string? version in new[] { "2.91", "2.80", null })
        {
            Answer answer = await host.SendAsync("POST", "/v2/share-backups/x/action", body, version: version);
            Assert.Equal((status, message), (answer.Code, answer.Fault?.Message));
        }
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("{\"restore\":null}", "text/plain")]
    [InlineData("", "application/json")]
    public async Task An_action_without_a_json_body_is_no_action(string? body, string contentType)
    {
        Answer answer = await host.SendAsync("POST", "/v2/share-backups/x/action", body, contentType: contentType);

        Assert.Equal((400, "There is no such action: None"), (answer.Code, answer.Fault?.Message));
    }

    [Fact]
    public async Task A_known_action_below_its_version_is_404()
    {
        Answer answer = await host.SendAsync(
            "POST",
            "/v2/share-backups/x/action",
            "{\"restore\":null}",
            version: "2.79"
        );

        Assert.Equal(("itemNotFound", StockNotFound), answer.Fault);
    }

    [Fact]
    public async Task Every_reply_carries_both_request_ids_and_they_agree()
    {
        foreach (string path in new[] { "/", "/v2/", "/v2/share-backups/new", "/v2/share-backups/", "/healthcheck" })
        {
            Answer answer = await host.SendAsync("GET", path);
            Assert.Matches("^req-[0-9a-f-]{36}$", answer.Header("x-compute-request-id"));
            Assert.Equal(answer.Header("x-compute-request-id"), answer.Header("x-openstack-request-id"));
        }
    }

    [Fact]
    public async Task A_body_above_the_limit_is_413()
    {
        string body = "{\"share_backup\":{\"share_id\":\"" + new string('x', 114688) + "\"}}";

        Assert.Equal(413, (await host.SendAsync("POST", "/v2/share-backups", body)).Code);
    }

    [Fact]
    public async Task Options_is_200_and_empty_anywhere()
    {
        foreach (string path in new[] { "/", "/v2/share-backups", "/nothing" })
        {
            Answer answer = await host.SendAsync("OPTIONS", path, token: null);
            Assert.Equal((200, ""), (answer.Code, answer.Text));
        }
    }

    [Theory]
    [InlineData("/healthcheck")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Probes_need_no_token(string path)
    {
        Assert.Equal(200, (await host.SendAsync("GET", path, token: null)).Code);
    }

    [Fact]
    public async Task The_discovery_document_is_the_same_at_the_root_and_below_v2()
    {
        const string Document = """
            {"versions":[{"id":"v2.0","status":"CURRENT","version":"2.99","min_version":"2.0","updated":"2015-08-27T11:33:21Z",
            "links":[{"rel":"describedby","type":"text/html","href":"http://docs.openstack.org/"},
            {"rel":"self","href":"http://holdfast.example:8786/v2/"}],
            "media-types":[{"base":"application/json","type":"application/vnd.openstack.share\u002Bjson;version=1"}]}]}
            """;
        foreach (string path in new[] { "/", "/v2/" })
        {
            Assert.True(
                JsonNode.DeepEquals(JsonNode.Parse(Document), (await host.SendAsync("GET", path)).Json),
                $"{path} has another document"
            );
        }
    }

    [Theory]
    [InlineData("GET", "/v2/share-backups/new", "2.91", "True")]
    [InlineData("POST", "/v2/share-backups/x/action", "2.91", "True")]
    [InlineData("GET", "/v2/share-backups/new", "2.0", null)]
    public async Task A_routed_reply_fault_or_not_names_the_version_used(
        string method,
        string path,
        string version,
        string? experimental
    )
    {
        Answer answer = await host.SendAsync(method, path, "{}", version: version, experimental: experimental);

        Assert.Equal((version, Version), (answer.Header(Version), answer.Header("Vary")));
        Assert.Equal(experimental, answer.Header("X-OpenStack-Manila-API-Experimental"));
        Assert.Equal("application/json", answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData(" T ")]
    [InlineData("TRUE")]
    [InlineData("on")]
    [InlineData("y")]
    [InlineData("Yes")]
    public async Task Any_word_for_true_opts_into_experiments(string word) =>
        Assert.Equal(
            "True",
            (await host.SendAsync("GET", "/v2/share-backups/new", experimental: word)).Header(
                "X-OpenStack-Manila-API-Experimental"
            )
        );

    [Fact]
    public async Task The_version_header_of_other_services_is_not_looked_at()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/v2/share-backups");
        request.Headers.Add("X-Auth-Token", "member");
        request.Headers.Add("X-OpenStack-Manila-API-Experimental", "true");
        request.Headers.Add("OpenStack-API-Version", "shared-file-system 2.80");
        using HttpResponseMessage response = await host.Client.SendAsync(request);

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal("2.0", Assert.Single(response.Headers.GetValues(Version)));
    }
}
