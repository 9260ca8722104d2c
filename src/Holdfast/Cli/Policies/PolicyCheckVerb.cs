using System.CommandLine;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Cli.Policies;

/// <summary><c>holdfast policy check</c>: whether a rule allows a caller, and which part of it says so.</summary>
internal static class PolicyCheckVerb
{
    private static readonly Argument<string> RuleName = new("rule") { Description = "The rule's name." };

    private static readonly Option<string?> Role = new("--role")
    {
        Description = "The caller's roles, separated by commas; those that they imply are added, as tokens have them.",
        HelpName = "role,…",
    };

    private static readonly Option<string> Project = Text(
        "--project",
        "The project of the caller's token.",
        "a-project"
    );

    private static readonly Option<string> User = Text("--user", "The caller's user id.", "a-user");

    private static readonly Option<string?> TargetProject = new("--target-project")
    {
        Description = "The project of the object acted on; the caller's where it is not given.",
        HelpName = "id",
    };

    private static readonly Option<string?> TargetUser = new("--target-user")
    {
        Description = "The user that the object belongs to; the caller where it is not given.",
        HelpName = "id",
    };

    private static readonly Option<FileInfo?> UserJson = new("--user-json")
    {
        Description =
            "The caller from a file: {\"roles\", \"project_id\", \"user_id\"}, or a token as Keystone shows it.",
        HelpName = "file",
    };

    /// <summary>Whether it is this verb that was called, rightly or wrongly.</summary>
    public static bool Is(ParseResult parsed) => parsed.CommandResult.Command is CheckCommand;

    public static Command Create()
    {
        CheckCommand command = new()
        {
            RuleName,
            Role,
            Project,
            User,
            TargetProject,
            TargetUser,
            UserJson,
            PolicyOptions.File,
            SettingsOption.Config,
        };
        command.SetAction(Run);
        return command;
    }

    private static Option<string> Text(string name, string description, string value) =>
        new(name)
        {
            Description = description,
            HelpName = "id",
            DefaultValueFactory = _ => value,
        };

    private static int Run(ParseResult parsed)
    {
        try
        {
            return Answer(parsed);
        }
        catch (Exception error) when (error is CommandError or PolicyError)
        {
            // Neither yes nor no.
            throw new CommandError(ExitCode.Undecided, error.Message, (error as CommandError)?.Advice);
        }
    }

    private static int Answer(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(RuleName);
        RuleSet rules = PolicyOptions.Read(parsed);
        Rule rule =
            rules.Find(name)
            ?? throw new CommandError(
                ExitCode.Undecided,
                $"There is no rule '{name}'.",
                rules.Nearest(name) is { } near ? $"Did you mean '{near}'?" : "holdfast policy list shows all."
            );
        Caller caller = rules.Decide(Caller(parsed));
        PolicyTarget target = new(
            parsed.GetValue(TargetProject) ?? caller.ProjectId,
            parsed.GetValue(TargetUser) ?? caller.UserId
        );
        Question question = new(caller, target);
        bool allowed = rule.Allows(question);
        Explanation why = Explanation.Of(rule.Check, question);

        Output output = Output.Of(parsed);
        output.Object(
            new PolicyDecisionObject(rule.Name, allowed, rule.Place?.File, rule.Place?.Line, caller.IsAdmin, why)
        );
        output.Line($"{(allowed ? "allowed" : "denied")}: {rule.Name} ({rule.Place?.ToString() ?? "default"})");
        if (caller.ProjectId.Length == 0)
        {
            output.Line("A token without a project satisfies no rule.");
        }
        Write(output, why, depth: 1);
        return allowed ? ExitCode.Ok : ExitCode.Denied;
    }

    private static Caller Caller(ParseResult parsed)
    {
        if (parsed.GetValue(UserJson) is { } file)
        {
            return CallerJson.Read(file.FullName);
        }
        IEnumerable<string> roles = (parsed.GetValue(Role) ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(role => role.ToLowerInvariant());
        return new Caller(
            parsed.GetRequiredValue(Project),
            parsed.GetRequiredValue(User),
            BaseRoles.WithImplied(roles).ToHashSet(StringComparer.Ordinal),
            RequestId: ""
        );
    }

    private static void Write(Output output, Explanation why, int depth)
    {
        string because = why.Because is null ? "" : $"  ({why.Because})";
        output.Line($"{new string(' ', 2 * depth)}{(why.Holds ? "yes" : "no ")} {why.Check}{because}");
        foreach (Explanation part in why.Parts)
        {
            Write(output, part, depth + 1);
        }
    }

    private sealed class CheckCommand()
        : Command("check", "Say whether a rule allows a caller, and why: exits 0 when it does, 1 when not.");
}

/// <param name="File">Absent, with the line, where the default is in force.</param>
/// <param name="IsAdmin">What context_is_admin says of the caller.</param>
internal sealed record PolicyDecisionObject(
    string Rule,
    bool Allowed,
    string? File,
    long? Line,
    bool IsAdmin,
    Explanation Explanation
);
