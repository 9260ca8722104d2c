using System.Text.Json.Nodes;
using Holdfast.Core.Access.Policies;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary>The real executable, with the policy files of a data directory that no service has ever used.</summary>
public sealed class PolicyVerbTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task List_shows_every_rule_and_where_it_comes_from()
    {
        Write("policy.yaml", "# night\nshare_backup:delete: rule:night\nnight: role:night");
        ProcessResult list = await RunAsync("policy", "list", "--json");
        Assert.Equal((0, ""), (list.ExitCode, list.Error));

        Dictionary<string, JsonNode> rules = list
            .Output.TrimEnd()
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!)
            .ToDictionary(rule => rule["name"]!.GetValue<string>());
        Assert.Equal(RuleDefaults.All.Select(rule => rule.Name).Append("night").Order(), rules.Keys.Order());
        Assert.All(
            RuleDefaults.All,
            rule =>
                Assert.Equal(
                    (rule.Check, rule.Description),
                    (
                        rules[rule.Name]["default"]!.GetValue<string>(),
                        rules[rule.Name]["description"]!.GetValue<string>()
                    )
                )
        );
        JsonNode delete = rules["share_backup:delete"];
        Assert.Equal("rule:night", delete["check"]!.GetValue<string>());
        Assert.Equal(
            (directory["policy.yaml"], 2),
            (delete["file"]!.GetValue<string>(), delete["line"]!.GetValue<int>())
        );
        Assert.Null(rules["night"]["default"]);

        string table = (await RunAsync("policy", "list")).Output;
        Assert.Contains($"{directory["policy.yaml"]}, line 2", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "share_backup:create", "--role", "member")]
    [InlineData(0, "share_backup:create", "--role", "admin")]
    [InlineData(1, "share_backup:create", "--role", "reader")]
    [InlineData(1, "share_backup:create")]
    [InlineData(0, "share_backup:create", "--role", "member", "--project", "p1", "--target-project", "p1")]
    [InlineData(1, "share_backup:create", "--role", "member", "--project", "p1", "--target-project", "p2")]
    [InlineData(1, "share_backup:create", "--role", "admin", "--project", "")]
    [InlineData(1, "owner-user", "--user", "u1", "--target-user", "u2")]
    [InlineData(2, "share_backup:creat", "--role", "member")]
    [InlineData(2)]
    [InlineData(2, "share_backup:create", "--rôle", "member")]
    [InlineData(2, "share_backup:create", "--file", "/nowhere/policy.yaml")]
    [InlineData(2, "share_backup:create", "--user-json", "/nowhere/user.json")]
    public async Task Check_says_it_with_its_exit_code(int code, params string[] arguments)
    {
        ProcessResult check = await RunAsync(["policy", "check", .. arguments]);
        Assert.Equal(code, check.ExitCode);
        Assert.Equal(code == 2, check.Error.Length > 0);
        string first = code switch
        {
            0 => $"allowed: {arguments[0]} (default)",
            1 => $"denied: {arguments[0]} (default)",
            _ => "",
        };
        Assert.StartsWith(first, check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_shows_which_part_holds_and_which_does_not()
    {
        Write("policy.yaml", "project-member: role:operator and not project_id:%(project_id)s");
        ProcessResult check = await RunAsync("policy", "check", "share_backup:create", "--role", "operator");
        string file = directory["policy.yaml"];
        Assert.Equal(
            $"""
            denied: share_backup:create (default)
              no  (rule:context_is_admin or rule:project-member)
                no  rule:context_is_admin  (default)
                  no  role:admin  (the caller has operator)
                no  rule:project-member  ({file}, line 1)
                  no  (role:operator and not project_id:%(project_id)s)
                    yes role:operator  (the caller has operator)
                    no  not project_id:%(project_id)s
                      yes project_id:%(project_id)s  (the caller's is a-project, the right side a-project)

            """,
            check.Output + "\n"
        );
        Assert.Equal(1, check.ExitCode);

        JsonNode json = JsonNode.Parse(
            (await RunAsync("policy", "check", "share_backup:create", "--role", "operator", "--json")).Output
        )!;
        Assert.False(json["allowed"]!.GetValue<bool>());
        Assert.Equal($"{file}, line 1", json["explanation"]!["parts"]![1]!["because"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"roles": ["Member"], "project_id": "p1", "user_id": "u1"}""", 0)]
    [InlineData("""{"roles": ["reader"], "project_id": "p1"}""", 1)]
    [InlineData("""{"token": {"roles": [{"name": "member"}], "project": {"id": "p1"}, "user": {"id": "u1"}}}""", 0)]
    [InlineData("""{"token": {"roles": [{"name": "member"}], "user": {"id": "u1"}}}""", 1)]
    [InlineData("""{"roles": "member"}""", 2)]
    [InlineData("[]", 2)]
    [InlineData("member", 2)]
    public async Task A_caller_may_come_from_a_file(string user, int code)
    {
        Write("user.json", user);
        ProcessResult check = await RunAsync(
            "policy",
            "check",
            "share_backup:create",
            "--user-json",
            directory["user.json"]
        );
        Assert.Equal(code, check.ExitCode);
    }

    [Fact]
    public async Task A_file_can_be_tried_before_it_is_put_in_place()
    {
        Write("policy.yaml", "share_backup:create: \"!\"");
        Write("new.yaml", "share_backup:create: role:reader\nshare_backup:delte: role:reader");
        string[] question = ["policy", "check", "share_backup:create", "--role", "reader"];
        Assert.Equal(1, (await RunAsync(question)).ExitCode);

        ProcessResult tried = await RunAsync([.. question, "--file", directory["new.yaml"]]);

        Assert.Equal(0, tried.ExitCode);
        Assert.Contains("did you mean 'share_backup:delete'?", tried.Error, StringComparison.Ordinal);

        Write("new.yaml", "share_backup:create: reader");
        tried = await RunAsync([.. question, "--file", directory["new.yaml"]]);
        Assert.Equal(2, tried.ExitCode);
        Assert.Contains($"{directory["new.yaml"]}, line 1: ", tried.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("policy", "list", "--file", directory["new.yaml"])).ExitCode);
    }

    private async Task<ProcessResult> RunAsync(params string[] arguments)
    {
        await using ChildProcess process = ChildProcess.Start(
            Path.Combine(AppContext.BaseDirectory, "holdfast"),
            arguments,
            new Dictionary<string, string?> { ["HOLDFAST_DATA"] = directory.Path }
        );
        return await process.WaitForExitAsync();
    }

    private void Write(string name, string text) => File.WriteAllText(directory[name], text);
}
