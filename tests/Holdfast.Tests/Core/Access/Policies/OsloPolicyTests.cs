using System.Text.Json;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Core.Access.Policies;

/// <summary>oslo.policy itself as the judge: it reads the same texts and is asked the same questions.</summary>
public sealed class OsloPolicyTests
{
    private const string Judge = """
        import json, sys
        from oslo_policy import _parser
        for case in json.load(open(sys.argv[1])):
            check = _parser.parse_rule(case["rule"])
            print("yes" if check(case["target"], case["creds"], None) else "no", str(check))
        """;

    private sealed record Case(string Rule, Caller Caller, PolicyTarget Target);

    [Fact]
    public async Task It_answers_as_we_do()
    {
        Random random = new(11);
        Caller member = RuleParserTests.Member;
        List<Case> cases =
        [
            .. RuleParserTests.Language.Select(row => new Case(row.Data.Item1, member, PolicyTarget.Of(member))),
        ];
        for (int i = 0; i < 1000; i++)
        {
            string rule = Expression.Make(random, depth: random.Next(5)).Write(random);
            cases.Add(new Case(rule, RuleParserTests.AnyCaller(random), RuleParserTests.AnyTarget(random)));
        }

        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["cases.json"], JsonSerializer.Serialize(cases.Select(Wire)));
        // Debian's own Python has Debian's own oslo.policy.
        await using ChildProcess judge = ChildProcess.Start("/usr/bin/python3", ["-c", Judge, directory["cases.json"]]);
        string[] answers = (await judge.WaitForExitAsync()).Checked("oslo.policy").Output.TrimEnd().Split('\n');

        Assert.Equal(cases.Count, answers.Length);
        foreach ((Case one, string answer) in cases.Zip(answers))
        {
            bool holds = RuleParser.Parse(one.Rule).Holds(new Question(one.Caller, one.Target));
            Assert.True(answer.StartsWith("yes ") == holds, $"{one}: we say {holds}, oslo.policy: {answer}");
            // What it writes we read as the same rule.
            Check written = RuleParser.Parse(answer[(answer.IndexOf(' ') + 1)..]);
            Assert.Equal(holds, written.Holds(new Question(one.Caller, one.Target)));
        }
    }

    private static object Wire(Case one) =>
        new Dictionary<string, object?>
        {
            ["rule"] = one.Rule,
            ["target"] = new { project_id = one.Target.ProjectId, user_id = one.Target.UserId },
            ["creds"] = new
            {
                roles = one.Caller.Roles,
                project_id = one.Caller.ProjectId,
                user_id = one.Caller.UserId,
                user_domain_id = one.Caller.UserDomainId,
                project_domain_id = one.Caller.ProjectDomainId,
                is_admin = one.Caller.IsAdmin,
                domain_id = (string?)null,
                system_scope = (string?)null,
            },
        };
}
