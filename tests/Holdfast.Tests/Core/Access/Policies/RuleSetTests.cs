using Holdfast.Core.Access.Policies;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Access.Policies;

public sealed class RuleSetTests
{
    [Fact]
    public void A_rule_of_a_file_takes_the_place_of_a_default_also_where_others_refer_to_it()
    {
        RuleSet rules = Build(("project-member", "role:operator"));
        Assert.False(Allows(rules, "share_backup:create", "member"));
        Assert.True(Allows(rules, "share_backup:create", "operator"));
        Assert.Equal("policy.yaml, line 1", rules.Find("project-member")!.Place?.ToString());
        Assert.Null(rules.Find("share_backup:create")!.Place);
    }

    [Fact]
    public void The_last_of_several_wins()
    {
        RuleSet rules = Build(("share_backup:get", "!"), ("share_backup:get", "@"));
        Assert.True(Allows(rules, "share_backup:get"));
    }

    [Fact]
    public void A_file_may_define_rules_of_its_own()
    {
        RuleSet rules = Build(("share_backup:delete", "rule:night_shift"), ("night_shift", "role:night"));
        Assert.True(Allows(rules, "share_backup:delete", "night"));
        Assert.False(Allows(rules, "share_backup:delete", "member"));
    }

    [Theory]
    [InlineData(
        "rule:projct-member",
        "refers to rule:projct-member, which is nowhere defined; did you mean 'project-member'?"
    )]
    [InlineData("role:a and not (role:b or rule:nothing_like_it_at_all)", "nowhere defined.")]
    [InlineData("rule:share:create", "refers to itself: share:create -> share:create")]
    public void A_reference_that_leads_nowhere_is_refused(string check, string why)
    {
        PolicyError error = Assert.Throws<PolicyError>(() => Build(("share:create", check)));
        Assert.StartsWith("policy.yaml, line 1: rule 'share:create' ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_rules_is_refused_also_through_a_default()
    {
        PolicyError error = Assert.Throws<PolicyError>(() => Build(("a", "rule:b"), ("b", "@ or not rule:a")));
        Assert.Contains("a -> b -> a", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<PolicyError>(() => Build(("project-member", "rule:share:create")));
        Assert.Contains("rule 'project-member'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is_admin:True")]
    [InlineData("rule:admin_api")]
    [InlineData("rule:default")]
    public void Who_is_an_administrator_cannot_depend_on_who_is_one(string check)
    {
        PolicyError error = Assert.Throws<PolicyError>(() => Build(("context_is_admin", check)));
        Assert.Contains("refers to itself", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_double_each_other_are_refused_before_they_are_asked()
    {
        (string, string)[] doubling =
        [
            .. Enumerable.Range(0, 60).Select(i => ($"r{i}", $"rule:r{i + 1} and rule:r{i + 1}")),
            ("r60", "@"),
        ];
        Assert.Contains(
            "more than 1000 checks",
            Assert.Throws<PolicyError>(() => Build(doubling)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_long_chain_of_rules_is_refused_without_going_down_to_its_end()
    {
        (string, string)[] chain =
        [
            .. Enumerable.Range(0, 20_000).Select(i => ($"r{i}", $"rule:r{i + 1}")),
            ("r20000", "@"),
        ];
        Assert.Contains(
            "more than 1000 checks",
            Assert.Throws<PolicyError>(() => Build(chain)).Message,
            StringComparison.Ordinal
        );
    }

    private static bool Allows(RuleSet rules, string rule, params string[] roles)
    {
        var caller = CoreFixture.Of("p1", roles);
        return rules.Find(rule)!.Check.Holds(new Question(caller, PolicyTarget.Of(caller)));
    }

    private static RuleSet Build(params (string Name, string Check)[] overrides) =>
        RuleSet.Build(
            RuleDefaults.All,
            overrides.Select(
                (rule, i) =>
                    new RuleOverride(
                        rule.Name,
                        rule.Check,
                        RuleParser.Parse(rule.Check),
                        new RulePlace("policy.yaml", i + 1)
                    )
            )
        );
}
