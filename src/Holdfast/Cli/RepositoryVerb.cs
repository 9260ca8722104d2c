using System.CommandLine;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli;

/// <summary><c>holdfast repository</c>: what a running service knows of projects' repositories. <c>holdfast repo</c> opens one itself.</summary>
internal static class RepositoryVerb
{
    private static readonly string[] Headings =
    [
        "Project",
        "ID",
        "Verified",
        "Proven",
        "Sound",
        "In all backups",
        "Without repetition",
        "Stored",
        "Pruned",
    ];

    private static readonly Argument<string> Project = new("project") { Description = "The project's id." };

    private static readonly Option<bool> AllProjects = new("--all-projects")
    {
        Description = "Those of every project; for administrators.",
    };

    public static Command Create() =>
        new("repository", "See what is known of a project's repository, and have it verified.")
        {
            CloudOption.OsCloud,
            List(),
            Verify(),
        };

    private static Command List()
    {
        Command command = new("list", "Show the project's repository, or all.") { AllProjects };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string all = parsed.GetValue(AllProjects) ? "?all_projects=true" : "";
                        Page page = await session.GetAsync<Page>("repositories" + all, stop);
                        output.Object(page.Repositories);
                        output.Table(Headings, page.Repositories.Select(Row));
                        foreach (RepositoryObject one in page.Repositories)
                        {
                            foreach (string finding in one.Findings ?? [])
                            {
                                output.Line($"{one.ProjectId}: {finding}");
                            }
                        }
                    },
                    stop
                )
        );
        return command;
    }

    private static Command Verify()
    {
        Command command = new(
            "verify",
            "Verify a project's repository now: its structure, and the next part of its bytes; for administrators."
        )
        {
            Project,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string project = Uri.EscapeDataString(parsed.GetRequiredValue(Project));
                        OperationObject operation = await session.PostAsync<OperationObject>(
                            $"repositories/{project}/verify",
                            stop
                        );
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            operation = await OperationWait.ForSuccessAsync(session, operation, output, stop);
                        }
                        operation.Write(output);
                    },
                    stop
                )
        );
        return command;
    }

    private static IReadOnlyList<string> Row(RepositoryObject one) =>
        [
            one.ProjectId,
            one.Id[..10],
            Output.Time(one.VerifiedAt),
            Output.Time(one.ProvenAt),
            one.VerifiedAt is null ? ""
            : one.IsSound ? "yes"
            : "no",
            Bytes(one.LogicalBytes),
            Bytes(one.UniqueBytes),
            Bytes(one.StoredBytes),
            Output.Time(one.PrunedAt),
        ];

    private static string Bytes(long? bytes) => bytes is { } known ? Output.Size(known) : "";

    private sealed record Page(IReadOnlyList<RepositoryObject> Repositories, string? NextCursor);

    /// <summary>A repository as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
    private sealed record RepositoryObject(
        string Id,
        string ProjectId,
        DateTimeOffset CreatedAt,
        DateTimeOffset? PrunedAt,
        DateTimeOffset? VerifiedAt,
        DateTimeOffset? ProvenAt,
        long? LogicalBytes,
        long? UniqueBytes,
        long? StoredBytes,
        int Packs,
        int PartsRead,
        long BytesRead,
        bool IsSound,
        IReadOnlyList<string>? Findings
    );
}
