using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Xunit;

namespace Holdfast.Tests.Core.Access.Policies;

public sealed class RuleParserTests
{
    internal static readonly Caller Member = Of("p1", "u1", "member", "reader") with
    {
        UserDomainId = "d1",
        ProjectDomainId = "d2",
    };

    // What oslo.policy's documentation says of the language, and what its code does.
    public static readonly TheoryData<string, bool> Language = new()
    {
        { "", true },
        { "@", true },
        { "!", false },
        { "role:member", true },
        { "role:MeMbEr", true },
        { "role:admin", false },
        { "roles:member", true },
        { "role:admin or (project_id:%(project_id)s and role:reader)", true },
        { "project_id:%(project_id)s and not role:dunce", true },
        { "project_id:%(project_id)s and not role:reader", false },
        { "project_id:p1", true },
        { "project_id:P1", false },
        { "user_id:%(user_id)s", true },
        { "project_id:%(target.project.id)s", false },
        { "not project_id:%(target.project.id)s", true },
        { "True:%(user.enabled)s", false },
        { "'p1':%(project_id)s", true },
        { "\"p1\":%(project_id)s", true },
        { "'p2':%(project_id)s", false },
        { "20:20", true },
        { "None:%(user_id)s", false },
        { "is_admin:True", false },
        { "is_admin:False", true },
        { "domain_id:None and system_scope:None", true },
        { "user_domain_id:d1 and not project_domain_id:d1", true },
        { "'d2':%(project_id)s or user_domain_id:None", false },
        { "system_scope:all", false },
        { "token.project.id:p1", false },
        { "tenant:p1", false },
        { "project_id:p%%", false },
        { "project_id:'p1'", false },
        { "@ or ! or @", true },
        { "@ or ! and !", true },
        { "! and ! or @", true },
        { "not ! and !", false },
        { "not not @", true },
        { "NOT (! Or @)", false },
        { "((@))", true },
    };

    [Theory]
    [MemberData(nameof(Language))]
    public void A_rule_says(string rule, bool holds) => Assert.Equal(holds, Ask(RuleParser.Parse(rule), Member));

    [Theory]
    [InlineData("@ or ! or @", "(@ or ! or @)")]
    [InlineData("@ or ! and @", "(@ or (! and @))")]
    [InlineData("@ and ! or @", "((@ and !) or @)")]
    [InlineData("not role:a and (role:b)", "(not role:a and role:b)")]
    [InlineData("not (role:a and role:b)", "not (role:a and role:b)")]
    [InlineData("", "@")]
    public void And_binds_closer_than_or_and_not_closest(string rule, string written) =>
        Assert.Equal(written, RuleParser.Parse(rule).ToString());

    [Theory]
    [InlineData("member", "'member' is not a check")]
    [InlineData(":member", "':member' is not a check")]
    [InlineData("role:", "names no role")]
    [InlineData("rule:", "names no rule")]
    [InlineData("   ", "it ends where a check is due")]
    [InlineData("role:a role:b", "'role:b' stands where 'and', 'or' or the end is due")]
    [InlineData("role:a and", "it ends where a check is due")]
    [InlineData("and role:a", "'and' stands where a check is due")]
    [InlineData("role:a or or role:b", "'or' stands where a check is due")]
    [InlineData("not", "it ends where a check is due")]
    [InlineData("(role:a", "a ')' is missing")]
    [InlineData("role:a)", "')' stands where 'and', 'or' or the end is due")]
    [InlineData("()", "')' stands where a check is due")]
    [InlineData("'role:a'", "text in quotes")]
    [InlineData("http://decide.example/%(project_id)s", "asks another server")]
    [InlineData("role:a or https://decide.example/", "asks another server")]
    [InlineData("project_id:%(project_id)", "a % begins neither")]
    [InlineData("project_id:100%", "a % begins neither")]
    [InlineData("project_id:%(project_id)d", "a % begins neither")]
    [InlineData("'p1:%(project_id)s", "neither an attribute's name nor a constant")]
    [InlineData("007:7", "neither an attribute's name nor a constant")]
    [InlineData("[1]:1", "neither an attribute's name nor a constant")]
    public void What_is_not_in_the_language_is_refused(string rule, string why) =>
        Assert.Contains(
            why,
            Assert.Throws<PolicyError>(() => RuleParser.Parse(rule)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Parentheses_nest_only_so_deep()
    {
        string fits = new string('(', RuleParser.MaxNesting) + "@" + new string(')', RuleParser.MaxNesting);
        Assert.Same(ConstantCheck.Always, RuleParser.Parse(fits));
        Assert.Throws<PolicyError>(() => RuleParser.Parse($"({fits})"));
        Assert.Throws<PolicyError>(() => RuleParser.Parse(new string('(', 1_000_000)));
        Assert.Throws<PolicyError>(() => RuleParser.Parse(string.Concat(Enumerable.Repeat("not ", 1_000_000)) + "@"));
    }

    [Fact]
    public void Lists_are_alternatives_of_what_must_all_hold()
    {
        Assert.Equal("@", List());
        Assert.Equal("!", List(Array.Empty<string>()));
        Assert.Equal("role:a", List(["role:a"]));
        Assert.Equal("role:a", List([], ["role:a"]));
        Assert.Equal("(role:a or (role:b and role:c))", List(["role:a"], ["role:b", "role:c"]));
        Assert.Throws<PolicyError>(() => List(["role:a or role:b"]).Length);
        Assert.Throws<PolicyError>(() => List(["admin"]).Length);

        static string List(params string[][] alternatives) => RuleParser.Parse(alternatives).ToString();
    }

    [Theory]
    [InlineData("tenant:p1", "no attribute 'tenant'")]
    [InlineData("project_id:%(share_id)s", "no attribute 'share_id'")]
    [InlineData("role:%(share_id)s", "no attribute 'share_id'")]
    [InlineData("True:%(user.enabled)s", "no attribute 'user.enabled'")]
    [InlineData("project_id:'p1'", "leave them out")]
    public void A_check_that_never_holds_says_so(string rule, string why) =>
        Assert.Contains(why, RuleParser.Parse(rule).Doubt, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_rule_reads_back_and_answers_as_a_plain_evaluator_does(int seed)
    {
        Random random = new(seed);
        int allowed = 0;
        const int rules = 2000;
        for (int i = 0; i < rules; i++)
        {
            Expression expression = Expression.Make(random, depth: random.Next(6));
            string text = expression.Write(random);
            Caller caller = AnyCaller(random);
            PolicyTarget target = AnyTarget(random);

            Check check = RuleParser.Parse(text);
            bool due = expression.Holds(
                new()
                {
                    ["project_id"] = caller.ProjectId,
                    ["user_id"] = caller.UserId,
                    ["user_domain_id"] = caller.UserDomainId ?? "None",
                    ["is_admin"] = caller.IsAdmin ? "True" : "False",
                },
                caller.Roles,
                new() { ["project_id"] = target.ProjectId ?? "None", ["user_id"] = target.UserId ?? "None" }
            );

            Assert.True(due == check.Holds(new Question(caller, target)), $"{text}, as {caller} on {target}");
            Assert.Equal(check.ToString(), RuleParser.Parse(check.ToString()).ToString());
            allowed += due ? 1 : 0;
        }
        Assert.InRange(allowed, rules / 4, rules * 3 / 4);
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        Check check = RuleParser.Parse(
            "role:admin or is_admin:True or 'p9':%(project_id)s or (role:member and project_id:%(project_id)s and user_id:u%(user_id)s)"
        );
        Question question = new(Member, PolicyTarget.Of(Member));
        bool any = check.Holds(question);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            any |= check.Holds(question);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(any);
    }

    private static bool Ask(Check check, Caller caller) => check.Holds(new Question(caller, PolicyTarget.Of(caller)));

    private static Caller Of(string project, string user, params string[] roles) =>
        new(project, user, roles.ToHashSet(StringComparer.Ordinal), "req-1");

    internal static Caller AnyCaller(Random random) =>
        Of(
            Any(random, "p1", "p2")!,
            Any(random, "u1", "u2")!,
            [.. Expression.Roles.Where(_ => random.Next(2) == 0)]
        ) with
        {
            UserDomainId = Any(random, "p1", "u1", null),
        };

    internal static PolicyTarget AnyTarget(Random random) =>
        new(Any(random, "p1", "p2", null), Any(random, "u1", "u2", null));

    private static string? Any(Random random, params string?[] of) => of[random.Next(of.Length)];
}
