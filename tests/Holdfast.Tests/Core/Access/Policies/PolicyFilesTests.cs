using Holdfast.Core.Access.Policies;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Access.Policies;

public sealed class PolicyFilesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_file_is_a_mapping_of_rules_to_checks()
    {
        IReadOnlyList<RuleOverride> rules = Read(
            """
            # who may what
            "share_backup:create": "role:operator"

            share_backup:delete: rule:night_shift or role:admin
            night_shift: >
              role:night and
              not role:trainee
            share:get: ""
            share:delete: "!"
            share:create: [["role:a"], ["role:b", "role:c"], "role:d"]
            share:manage: []
            """
        );

        Assert.Equal(
            [
                ("share_backup:create", "role:operator", 2),
                ("share_backup:delete", "(rule:night_shift or role:admin)", 4),
                ("night_shift", "(role:night and not role:trainee)", 5),
                ("share:get", "@", 8),
                ("share:delete", "!", 9),
                ("share:create", "(role:a or (role:b and role:c) or role:d)", 10),
                ("share:manage", "@", 11),
            ],
            rules.Select(rule => (rule.Name, rule.Check.ToString(), rule.Place.Line))
        );
        Assert.All(rules, rule => Assert.Equal(Policy, rule.Place.File));
        Assert.Equal("rule:night_shift or role:admin", rules[1].Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("{}")]
    public void A_file_may_say_nothing(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Json_is_yaml() =>
        Assert.Equal("role:a", Assert.Single(Read("""{"share:get": "role:a"}""")).Check.ToString());

    [Theory]
    [InlineData(
        "share:get: role:a\nshare:delete: role",
        2,
        "rule 'share:delete' cannot be read: 'role' is not a check"
    )]
    [InlineData("share:get: @", 1, "Put the rule in quotes.")]
    [InlineData("share:get: !", 1, "put the rule in quotes")]
    [InlineData("share:get: !!str role:a", 1, "put the rule in quotes")]
    [InlineData("share:get:", 1, "it has no value")]
    [InlineData("share:get: ~", 1, "it has no value")]
    [InlineData("share:get: true", 1, "'true' is not a check")]
    [InlineData("share:get: {role: a}", 1, "must be text, or a list of lists")]
    [InlineData("share:get: [[[role:a]]]", 1, "a list holds checks, or lists of checks")]
    [InlineData("share:get: [role:a or role:b]", 1, "in a list each stands by itself")]
    [InlineData("share:get: &a role:a\nshare:delete: *a", 2, "must be text, or a list of lists")]
    [InlineData("[share:get]: role:a", 1, "a rule's name is due")]
    [InlineData("\"\": role:a", 1, "a rule's name is due")]
    [InlineData("- share:get", 1, "a mapping of rules to checks is due")]
    [InlineData("share:get", 1, "a mapping of rules to checks is due")]
    [InlineData("share:get: role:a\n\nshare:get: role:b", 3, "is in line 1 already")]
    [InlineData("share:get: role:a\n---\nshare:get: role:b", 2, "one YAML document")]
    [InlineData("share:get: \"role:a", 1, "not YAML")]
    [InlineData("share:get: role:a\n  share:delete: role:b", 2, "not YAML")]
    [InlineData("share:get: http://decide.example/", 1, "asks another server")]
    public void What_is_wrong_is_named_with_its_line(string text, int line, string why)
    {
        string message = Assert.Throws<PolicyError>(() => Read(text)).Message;
        Assert.StartsWith($"{Policy}, line {line}: ", message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_deep_or_large_or_no_text_is_refused()
    {
        Assert.Throws<PolicyError>(() => Read("share:get: " + new string('[', 500_000)));
        Assert.Contains("larger", Assert.Throws<PolicyError>(() => Read(new string('#', 1 << 21))).Message);
        File.WriteAllBytes(Policy, [0x61, 0x3a, 0x20, 0xff]);
        Assert.Contains("not UTF-8", Assert.Throws<PolicyError>(() => Files().Read()).Message);
    }

    /// <summary>The reader fails of these with exceptions that are not its own.</summary>
    [Theory]
    [InlineData("!!]")]
    [InlineData("...\n*a")]
    public void What_the_reader_of_yaml_trips_over_is_refused_too(string text) =>
        Assert.StartsWith(
            $"{Policy} cannot be read: ",
            Assert.Throws<PolicyError>(() => Read(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void More_files_come_in_the_order_of_their_names_and_hidden_ones_not_at_all()
    {
        directory.Make("policy.d/subdirectory");
        Write("policy.yaml", "share:get: role:main");
        Write("policy.d/20.yaml", "share:get: role:twenty");
        Write("policy.d/10.yaml", "share:get: role:ten");
        Write("policy.d/.30.yaml.swp", "this is no policy");

        Assert.Equal(["role:main", "role:ten", "role:twenty"], Files().Read().Select(rule => rule.Text));
    }

    [Fact]
    public void A_file_that_was_named_must_be_there_and_another_need_not()
    {
        Assert.Contains("There is no policy file", Assert.Throws<PolicyError>(() => Files().Read()).Message);
        Assert.Empty(new PolicyFiles(Policy, required: false, directory["policy.d"]).Read());
    }

    [Theory]
    [InlineData("policy.yaml")]
    [InlineData("policy.d")]
    [InlineData("policy.d/more.yaml")]
    public void What_everybody_may_write_is_refused(string name)
    {
        directory.Make("policy.d");
        Write("policy.yaml", "");
        Write("policy.d/more.yaml", "");
        Assert.Empty(Files().Read());

        File.SetUnixFileMode(directory[name], File.GetUnixFileMode(directory[name]) | UnixFileMode.OtherWrite);

        Assert.Contains($"chmod o-w {directory[name]}", Assert.Throws<PolicyError>(() => Files().Read()).Message);
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        Directory.CreateDirectory(Policy);
        Assert.Contains("is not a file", Assert.Throws<PolicyError>(() => Files().Read()).Message);

        Directory.Delete(Policy);
        Write("policy.yaml", "");
        Write("policy.d", "");
        Assert.Contains("is not a directory", Assert.Throws<PolicyError>(() => Files().Read()).Message);
    }

    private string Policy => directory["policy.yaml"];

    private PolicyFiles Files() => new(Policy, required: true, directory["policy.d"]);

    private IReadOnlyList<RuleOverride> Read(string text)
    {
        Write("policy.yaml", text);
        return Files().Read();
    }

    private void Write(string name, string text) => File.WriteAllText(directory[name], text);
}
