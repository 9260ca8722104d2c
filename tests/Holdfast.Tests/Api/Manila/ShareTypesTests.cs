using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Share types; each reply says everything twice, once under Cinder's name.</summary>
public sealed class ShareTypesTests : ManilaTests
{
    private const string Common = "extra_specs id name required_extra_specs";

    [Theory]
    [InlineData("2.0", Common + " os-share-type-access:is_public")]
    [InlineData("2.7", Common + " share_type_access:is_public")]
    [InlineData("2.41", "description " + Common + " share_type_access:is_public")]
    [InlineData("2.46", "description extra_specs id is_default name required_extra_specs share_type_access:is_public")]
    public async Task A_type_has_its_keys_by_version(string version, string keys)
    {
        Answer list = await Host.SendAsync("GET", "/v2/types", version: version);
        Assert.Equal(["share_types", "volume_types"], Keys(list.Json));
        Assert.Equal(list.Json["share_types"]!.ToJsonString(), list.Json["volume_types"]!.ToJsonString());
        Assert.Equal(keys.Split(' ').Order(), Keys(Assert.Single(list.Json["share_types"]!.AsArray())));

        string body = Body("gold");
        Answer made = await Host.SendAsync("POST", "/v2/types", body, "admin", version);
        Assert.Equal(200, made.Code);
        string id = Text(made.Json["share_type"], "id")!;
        foreach (Answer one in new[] { made, await Host.SendAsync("GET", $"/v2/types/{id}", version: version) })
        {
            Assert.Equal(["share_type", "volume_type"], Keys(one.Json));
            Assert.Equal(one.Json["share_type"]!.ToJsonString(), one.Json["volume_type"]!.ToJsonString());
            Assert.Equal(keys.Split(' ').Order(), Keys(one.Json["share_type"]));
        }
    }

    [Fact]
    public async Task What_was_made_is_what_is_there()
    {
        JsonNode made = await MakeAsync(
            """
            {"volume_type":{"name":"gold","description":"d","share_type_access:is_public":false,"extra_specs":
            {"driver_handles_share_servers":"False","snapshot_support":true,"availability_zones":" nova ,b","thin":5}}}
            """
        );

        Assert.Equal(("gold", "d"), (Text(made, "name"), Text(made, "description")));
        Assert.False(made["share_type_access:is_public"]!.GetValue<bool>());
        Assert.False(made["is_default"]!.GetValue<bool>());
        Assert.Equal(
            """{"driver_handles_share_servers":"False","snapshot_support":"True","availability_zones":"nova,b","thin":"5"}""",
            made["extra_specs"]!.ToJsonString()
        );
        Assert.Equal("""{"driver_handles_share_servers":"False"}""", made["required_extra_specs"]!.ToJsonString());
        Assert.Equal(made.ToJsonString(), (await ShowAsync(Text(made, "id")!)).ToJsonString());
    }

    [Theory]
    [InlineData("2.23", """{"driver_handles_share_servers":"False","snapshot_support":"True"}""")]
    [InlineData("2.24", """{"driver_handles_share_servers":"False"}""")]
    public async Task Snapshots_were_supported_unless_said_otherwise_before_2_24(string version, string specs)
    {
        JsonNode made = await MakeAsync(Body("x"), version);
        Assert.Equal(specs, made["extra_specs"]!.ToJsonString());
    }

    [Theory]
    [InlineData("2.23", "driver_handles_share_servers")]
    [InlineData(
        "2.24",
        "create_share_from_snapshot_support driver_handles_share_servers mount_snapshot_support "
            + "revert_to_snapshot_support snapshot_support"
    )]
    [InlineData(
        "2.99",
        "create_share_from_snapshot_support driver_handles_share_servers mount_snapshot_support "
            + "revert_to_snapshot_support snapshot_inherit_share_access_support snapshot_support"
    )]
    public async Task A_member_sees_how_shares_will_be_and_not_what_is_the_administrators(string version, string keys)
    {
        ShareType type = await World.AddTypeAsync(specs: ("secret", "value"));

        Answer member = await Host.SendAsync("GET", $"/v2/types/{type.Id}", version: version);
        Assert.Equal(keys.Split(' '), Keys(member.Json["share_type"]!["extra_specs"]));
        Answer admin = await Host.SendAsync("GET", $"/v2/types/{type.Id}", token: "admin", version: version);
        Assert.Equal(["driver_handles_share_servers", "secret"], Keys(admin.Json["share_type"]!["extra_specs"]));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"share_type":[]}""", null)]
    [InlineData("""{"share_type":{}}""", "Share type name cannot be empty.")]
    [InlineData("""{"share_type":{"name":""}}""", "Share type name cannot be empty.")]
    [InlineData("""{"share_type":{"name":" "}}""", "Share type name cannot be empty.")]
    [InlineData("""{"share_type":{"name":{}}}""", "'name' must be text.")]
    [InlineData(
        """{"share_type":{"name":"x","extra_specs":null}}""",
        "Invalid extra_spec: Required extra specs 'driver_handles_share_servers' not specified."
    )]
    [InlineData("""{"share_type":{"name":"x","extra_specs":[]}}""", "'extra_specs' must be an object.")]
    [InlineData(
        """{"share_type":{"name":"x","extra_specs":{"driver_handles_share_servers":"maybe"}}}""",
        "Invalid extra_spec: Value of required extra_spec driver_handles_share_servers is not valid."
    )]
    [InlineData(
        """{"share_type":{"name":"x","share_type_access:is_public":"maybe"}}""",
        "share_type_access:is_public has a non-boolean value."
    )]
    public async Task Not_made(string body, string? message)
    {
        Answer answer = await Host.SendAsync("POST", "/v2/types", body, "admin");
        Assert.Equal(400, answer.Code);
        Assert.Equal(message ?? answer.Fault?.Message, answer.Fault?.Message);
    }

    [Theory]
    [InlineData("snapshot_support", "\"perhaps\"")]
    [InlineData("replication_type", "\"none\"")]
    [InlineData("availability_zones", "\"a,,b\"")]
    [InlineData("provisioning:max_share_size", "\"0\"")]
    [InlineData("provisioning:min_share_size", "\"1.5\"")]
    [InlineData("a", "\"\"")]
    [InlineData("a", "null")]
    [InlineData("a", "{}")]
    [InlineData("", "\"a\"")]
    [InlineData("a b", "\"c\"")]
    [InlineData("a\\n", "\"c\"")]
    public async Task An_invalid_spec_is_400_wherever_it_is_set(string key, string value)
    {
        ShareType type = await World.AddTypeAsync();
        string made = Body("x", $",\"{key}\":{value}");
        Assert.Equal(400, (await Host.SendAsync("POST", "/v2/types", made, "admin")).Code);
        string set = $$$"""{"extra_specs":{"{{{key}}}":{{{value}}}}}""";
        string path = $"/v2/types/{type.Id}/extra_specs";
        Assert.Equal(400, (await Host.SendAsync("POST", path, set, "admin")).Code);
        Assert.Equal(["driver_handles_share_servers"], Keys((await SpecsAsync(type))));
    }

    [Fact]
    public async Task Names_and_values_have_255_characters_and_a_name_is_one_types()
    {
        Answer tooLong = await Host.SendAsync("POST", "/v2/types", Body(new string('x', 256)), "admin");
        AssertFault(tooLong, 400, "Share type name cannot be greater than 255 characters in length.");
        await MakeAsync(Body(new string('x', 255)));
        await MakeAsync(Body("gold"));
        AssertFault(
            await Host.SendAsync("POST", "/v2/types", Body("gold"), "admin"),
            409,
            "Share Type gold already exists."
        );
        ShareType type = await World.AddTypeAsync();
        string value = $$$"""{"extra_specs":{"k":"{{{new string('v', 256)}}}"}}""";
        Assert.Equal(400, (await Host.SendAsync("POST", $"/v2/types/{type.Id}/extra_specs", value, "admin")).Code);
    }

    [Theory]
    [InlineData("2.40", 400)]
    [InlineData("2.41", 200)]
    public async Task A_description_needs_2_41(string version, int status)
    {
        string body = Body("x").Replace("{\"name\"", "{\"description\":\"d\",\"name\"");
        Assert.Equal(status, (await Host.SendAsync("POST", "/v2/types", body, "admin", version)).Code);
    }

    [Fact]
    public async Task A_change_sets_what_it_names_and_an_empty_description_clears_it()
    {
        ShareType type = await World.AddTypeAsync("gold");
        async Task<JsonNode> ChangeAsync(string change) =>
            (await Host.SendAsync("PUT", $"/v2/types/{type.Id}", $$$"""{"share_type":{{{change}}}}""", "admin")).Json[
                "share_type"
            ]!;

        JsonNode changed = await ChangeAsync("""{"description":"d","share_type_access:is_public":"no"}""");
        Assert.Equal(("gold", "d"), (Text(changed, "name"), Text(changed, "description")));
        Assert.False(changed["share_type_access:is_public"]!.GetValue<bool>());
        changed = await ChangeAsync("""{"name":"silver","description":""}""");
        Assert.Equal(("silver", null), (Text(changed, "name"), Text(changed, "description")));
        Assert.False(changed["share_type_access:is_public"]!.GetValue<bool>());
        Assert.Equal(changed.ToJsonString(), (await ShowAsync(type.Id)).ToJsonString());
    }

    [Theory]
    [InlineData(
        "{}",
        400,
        "Specify share type name, description, share_type_access:is_public or a combination thereof."
    )]
    [InlineData("""{"name":" "}""", 400, "Share type name cannot be empty.")]
    [InlineData("""{"share_type_access:is_public":"x"}""", 400, "share_type_access:is_public has a non-boolean value.")]
    [InlineData("""{"name":"default"}""", 409, "Share Type default already exists.")]
    public async Task Not_changed(string change, int status, string message)
    {
        ShareType type = await World.AddTypeAsync();
        string body = $$$"""{"share_type":{{{change}}}}""";
        AssertFault(await Host.SendAsync("PUT", $"/v2/types/{type.Id}", body, "admin"), status, message);
        Assert.Equal(404, (await Host.SendAsync("PUT", $"/v2/types/{type.Id}", body, "admin", "2.49")).Code);
    }

    [Fact]
    public async Task A_type_in_use_and_the_default_stay()
    {
        ShareType type = await World.AddTypeAsync("gold");
        Share share = Rows.Share(Guid.NewGuid().ToString()) with { ShareTypeId = type.Id };
        await World.Catalog.AddSharesAsync(share);

        AssertFault(
            await Host.SendAsync("DELETE", $"/v2/types/{type.Id}", token: "admin"),
            400,
            "Target share type is still in use."
        );
        Assert.Equal(400, (await Host.SendAsync("DELETE", $"/v2/types/{Rows.Type().Id}", token: "admin")).Code);
        AssertAccepted(await Host.SendAsync("DELETE", $"/v2/types/{(await World.AddTypeAsync()).Id}", token: "admin"));
    }

    [Theory]
    [InlineData("GET", "", null, "Share type not found.")]
    [InlineData("DELETE", "", null, StockNotFound)]
    [InlineData("PUT", "", """{"share_type":{"name":"x"}}""", "ShareTypeNotFound: Share type {0} could not be found.")]
    [InlineData("GET", "/share_type_access", null, "Share type {0} not found.")]
    [InlineData(
        "POST",
        "/action",
        """{"addProjectAccess":{"project":"0b0000000000000000000000000000bb"}}""",
        "Share type {0} could not be found."
    )]
    [InlineData("GET", "/extra_specs", null, "Share type {0} could not be found.")]
    [InlineData("GET", "/extra_specs/k", null, "Share type {0} could not be found.")]
    [InlineData("POST", "/extra_specs", """{"extra_specs":{"a":"b"}}""", "Share type {0} could not be found.")]
    [InlineData("PUT", "/extra_specs/a", """{"a":"b"}""", "Share type {0} could not be found.")]
    [InlineData("DELETE", "/extra_specs/a", null, "Share type {0} could not be found.")]
    public async Task An_unknown_type_is_404(string method, string path, string? body, string message)
    {
        // A name is none: names are for making shares.
        foreach (string id in new[] { Guid.NewGuid().ToString(), "default2" })
        {
            Answer answer = await Host.SendAsync(method, $"/v2/types/{id}{path}", body, "admin");
            AssertFault(answer, 404, message.Replace("{0}", id));
        }
    }

    [Fact]
    public async Task The_default_type_has_a_url_of_its_own()
    {
        Answer answer = await Host.SendAsync("GET", "/v2/types/default");

        Assert.Equal(Rows.Type().Id, Text(answer.Json["share_type"], "id"));
        Assert.True(answer.Json["share_type"]!["is_default"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_default_type_that_is_private_is_no_default_for_others()
    {
        const string make = """{"share":{"share_proto":"NFS","size":1}}""";
        string id = Rows.Type().Id;
        const string hide = """{"share_type":{"share_type_access:is_public":false}}""";
        Assert.Equal(200, (await Host.SendAsync("PUT", $"/v2/types/{id}", hide, "admin")).Code);

        AssertFault(await Host.SendAsync("GET", "/v2/types/default"), 404, "Default share type not found");
        AssertFault(await Host.SendAsync("POST", "/v2/shares", make), 404, "Share type not found.");
        Assert.Empty(await World.QueuedAsync());

        string give = $$$"""{"addProjectAccess":{"project":"{{{ApiHost.OtherProject}}}"}}""";
        AssertAccepted(await Host.SendAsync("POST", $"/v2/types/{id}/action", give, "admin"));
        Assert.Equal(200, (await Host.SendAsync("GET", "/v2/types/default", token: "other")).Code);
        Assert.Equal(200, (await Host.SendAsync("POST", "/v2/shares", make, "other")).Code);
        Assert.Equal(200, (await Host.SendAsync("GET", "/v2/types/default", token: "admin")).Code);
    }

    [Fact]
    public async Task A_private_type_is_seen_and_used_by_the_projects_it_was_given_to()
    {
        ShareType type = await World.AddPrivateTypeAsync();
        string body = $$$"""{"share":{"share_proto":"NFS","size":1,"share_type":"{{{type.Name}}}"}}""";
        async Task<(int Show, int Use, bool Listed)> SeenAsync(string token) =>
            (
                (await Host.SendAsync("GET", $"/v2/types/{type.Id}", token: token)).Code,
                (await Host.SendAsync("POST", "/v2/shares", body, token)).Code,
                (await NamesAsync("", token)).Contains(type.Name)
            );
        string access = $"/v2/types/{type.Id}/share_type_access";
        string Change(string verb) => $$$"""{"{{{verb}}}ProjectAccess":{"project":"{{{ApiHost.OtherProject}}}"}}""";
        Task<Answer> DoAsync(string verb) =>
            Host.SendAsync("POST", $"/v2/types/{type.Id}/action", Change(verb), "admin");

        Assert.Equal((404, 404, false), await SeenAsync("other"));
        Assert.Equal((404, 404, false), await SeenAsync("member"));
        AssertAccepted(await DoAsync("add"));
        Assert.Equal((200, 200, true), await SeenAsync("other"));
        Assert.Equal((404, 404, false), await SeenAsync("member"));
        Assert.Equal(
            $$$"""{"share_type_access":[{"share_type_id":"{{{type.Id}}}","project_id":"{{{ApiHost.OtherProject}}}"}]}""",
            (await Host.SendAsync("GET", access, token: "admin")).Text
        );
        string pair = $"{type.Id} / {ApiHost.OtherProject}";
        AssertFault(await DoAsync("add"), 409, $"Share type access for {pair} combination already exists.");
        AssertAccepted(await DoAsync("remove"));
        AssertFault(await DoAsync("remove"), 404, $"Share type access not found for {pair} combination.");
        Assert.Equal((404, 404, false), await SeenAsync("other"));
        Assert.Equal("""{"share_type_access":[]}""", (await Host.SendAsync("GET", access, token: "admin")).Text);
    }

    [Fact]
    public async Task A_public_type_has_no_list_of_projects()
    {
        string id = (await World.AddTypeAsync()).Id;
        AssertFault(
            await Host.SendAsync("GET", $"/v2/types/{id}/share_type_access", token: "admin"),
            404,
            "Access list not available for public share types."
        );
        foreach (string verb in new[] { "add", "remove" })
        {
            string body = $$$"""{"{{{verb}}}ProjectAccess":{"project":"{{{ApiHost.Project}}}"}}""";
            AssertFault(
                await Host.SendAsync("POST", $"/v2/types/{id}/action", body, "admin"),
                409,
                "Type access modification is not applicable to public share type."
            );
        }
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("{}", "Bad project format: project is not in proper format (None)")]
    [InlineData("""{"project":"me"}""", "Bad project format: project is not in proper format (me)")]
    public async Task Access_is_a_projects(string value, string? message)
    {
        ShareType type = await World.AddPrivateTypeAsync();
        string body = $$$"""{"addProjectAccess":{{{value}}}}""";
        Answer answer = await Host.SendAsync("POST", $"/v2/types/{type.Id}/action", body, "admin");
        Assert.Equal((400, message ?? answer.Fault?.Message), (answer.Code, answer.Fault?.Message));
    }

    [Theory]
    [InlineData("member", "", "a default")]
    [InlineData("member", "is_public=all", "a default")]
    [InlineData("member", "is_public=false", "a default")]
    [InlineData("other", "", "a default hidden")]
    [InlineData("admin", "", "a default")]
    [InlineData("admin", "is_public=True", "a default")]
    [InlineData("admin", "is_public=false", "hidden")]
    [InlineData("admin", "is_public=ALL", "a default hidden")]
    [InlineData("admin", "is_public=all&extra_specs={'tier':'1'}", "a")]
    [InlineData("admin", "extra_specs={'tier':'1','snapshot_support':'True'}", "")]
    [InlineData("member", "extra_specs={'snapshot_support':'True'}", "default")]
    // What a project cannot see of a type it cannot find out by asking.
    [InlineData("member", "extra_specs={'tier':'1'}", "")]
    [InlineData("member", "extra_specs={'availability_zones':'nova'}", "default")]
    [InlineData("member", "extra_specs={'availability_zones':'elsewhere'}", "a default")]
    public async Task Which_types_are_listed(string token, string query, string names)
    {
        await World.AddTypeAsync("a", isPublic: true, ("tier", "1"), ("availability_zones", "elsewhere"));
        ShareType hidden = await World.AddPrivateTypeAsync(ApiHost.OtherProject);

        IEnumerable<string> found = await NamesAsync(query, token);
        Assert.Equal(names, string.Join(' ', found.Select(name => name == hidden.Name ? "hidden" : name).Order()));
    }

    [Theory]
    [InlineData("2.91", "is_public=perhaps", "Invalid is_public filter [perhaps]")]
    [InlineData("2.91", "extra_specs=x", "Wrong extra specs filter provided: x.")]
    [InlineData(
        "2.42",
        "extra_specs={}",
        "Filter by 'extra_specs' is not supported by this microversion. Use 2.43 or greater microversion to be able to "
            + "use filter search by 'extra_specs."
    )]
    public async Task Lists_that_are_refused(string version, string query, string message) =>
        AssertFault(await Host.SendAsync("GET", $"/v2/types?{query}", token: "admin", version: version), 400, message);

    [Fact]
    public async Task Specs_are_added_changed_shown_and_removed_one_by_one()
    {
        ShareType type = await World.AddTypeAsync(specs: ("a", "1"));
        string path = $"/v2/types/{type.Id}/extra_specs";
        Task<Answer> SendAsync(string method, string tail = "", string? body = null, string version = "2.91") =>
            Host.SendAsync(method, path + tail, body, "admin", version);

        Answer set = await SendAsync("POST", body: """{"extra_specs":{"a":"2","snapshot_support":false}}""");
        Assert.Equal("""{"extra_specs":{"a":"2","snapshot_support":"False"}}""", set.Text);
        Assert.Equal("""{"a":"3"}""", (await SendAsync("PUT", "/a", """{"a":"3"}""")).Text);
        Assert.Equal("""{"a":"3"}""", (await SendAsync("GET", "/a")).Text);
        Assert.Equal(
            """{"extra_specs":{"driver_handles_share_servers":"False","a":"3","snapshot_support":"False"}}""",
            (await SendAsync("GET")).Text
        );
        AssertFault(
            await SendAsync("DELETE", "/snapshot_support", version: "2.23"),
            403,
            "Extra spec 'snapshot_support' can't be deleted."
        );
        AssertAccepted(await SendAsync("DELETE", "/snapshot_support", version: "2.24"));
        AssertAccepted(await SendAsync("DELETE", "/a"));
        AssertFault(await SendAsync("DELETE", "/a"), 404, $"Share Type {type.Id} has no extra specs with key a.");
        AssertFault(await SendAsync("GET", "/a"), 404, StockNotFound);
        AssertFault(
            await SendAsync("DELETE", "/driver_handles_share_servers"),
            403,
            "Extra spec 'driver_handles_share_servers' can't be deleted."
        );
        Assert.Equal(["driver_handles_share_servers"], Keys(await SpecsAsync(type)));
    }

    [Fact]
    public async Task A_key_may_end_in_json()
    {
        ShareType type = await World.AddTypeAsync(specs: [("a", "1"), ("a.json", "2")]);
        string path = $"/v2/types/{type.Id}/extra_specs";
        Assert.Equal("""{"a.json":"2"}""", (await Host.SendAsync("GET", $"{path}/a.json", token: "admin")).Text);
        AssertAccepted(await Host.SendAsync("DELETE", $"{path}/a.json", token: "admin"));
        Assert.Equal(["a", "driver_handles_share_servers"], Keys(await SpecsAsync(type)));
        Assert.Equal(200, (await Host.SendAsync("GET", $"{path}.json", token: "admin")).Code);
    }

    [Theory]
    [InlineData(null, "Request body empty")]
    [InlineData("{}", "Request body empty")]
    [InlineData("""{"b":"1"}""", "Request body and URI mismatch")]
    [InlineData("""{"a":"1","b":"1"}""", "Request body contains too many items")]
    public async Task A_change_of_one_spec_names_it(string? body, string message)
    {
        ShareType type = await World.AddTypeAsync();
        AssertFault(await Host.SendAsync("PUT", $"/v2/types/{type.Id}/extra_specs/a", body, "admin"), 400, message);
    }

    [Theory]
    [InlineData("driver_handles_share_servers", "True", "Share network must be set when the driver_handles")]
    [InlineData("provisioning:max_share_size", "1", "'2' is greater than the maximum allowable size of '1'")]
    [InlineData("provisioning:min_share_size", "3", "'2' is less than the minimum required size of '3'")]
    [InlineData("availability_zones", "elsewhere", "is not supported within the availability zone chosen nova")]
    public async Task A_share_must_fit_its_type(string spec, string value, string message)
    {
        ShareType type = await World.AddTypeAsync(
            specs: spec == ExtraSpec.DriverHandlesShareServers ? [] : [(spec, value)]
        );
        if (spec == ExtraSpec.DriverHandlesShareServers)
        {
            string set = $$$"""{"{{{spec}}}":"{{{value}}}"}""";
            await Host.SendAsync("PUT", $"/v2/types/{type.Id}/extra_specs/{spec}", set, "admin");
        }
        string body = $$$"""{"share":{"share_proto":"NFS","size":2,"share_type":"{{{type.Id}}}"}}""";
        Answer answer = await Host.SendAsync("POST", "/v2/shares", body);
        Assert.Equal(400, answer.Code);
        Assert.Contains(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
        Assert.Empty(await World.QueuedAsync());
    }

    [Fact]
    public async Task A_share_names_its_type_by_id_or_name()
    {
        ShareType gold = await World.AddTypeAsync("gold");
        foreach (string type in new[] { gold.Id, gold.Name })
        {
            string body = $$$"""{"share":{"share_proto":"NFS","size":1,"share_type":"{{{type}}}"}}""";
            Answer share = await Host.SendAsync("POST", "/v2/shares", body);
            Assert.Equal(
                (gold.Id, "gold"),
                (Text(share.Json["share"], "share_type"), Text(share.Json["share"], "share_type_name"))
            );
        }
    }

    private static string Body(string name, string moreSpecs = "") =>
        $$"""{"share_type":{"name":"{{name}}","extra_specs":{"driver_handles_share_servers":false{{moreSpecs}} } } }""";

    private async Task<JsonNode> MakeAsync(string body, string version = "2.91")
    {
        Answer made = await Host.SendAsync("POST", "/v2/types", body, "admin", version);
        Assert.Equal(200, made.Code);
        return made.Json["share_type"]!;
    }

    private async Task<JsonNode> ShowAsync(string id) =>
        (await Host.SendAsync("GET", $"/v2/types/{id}", token: "admin")).Json["share_type"]!;

    private async Task<JsonNode> SpecsAsync(ShareType type) => (await ShowAsync(type.Id))["extra_specs"]!;

    private async Task<IEnumerable<string>> NamesAsync(string query, string token)
    {
        Answer answer = await Host.SendAsync("GET", $"/v2/types?{query}", token: token);
        return answer.Json["share_types"]!.AsArray().Select(type => Text(type, "name")!);
    }
}
