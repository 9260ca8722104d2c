using System.CommandLine;
using System.Globalization;
using Holdfast.Core.Keys;
using Holdfast.Engine;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli;

/// <summary><c>holdfast catalog</c>: for the operator on the host, after a disaster.</summary>
internal static class CatalogVerb
{
    public static Command Create()
    {
        Command rebuild = new(
            "rebuild",
            "Make the rows of a lost catalog again, from the store and the master key. Projects that the catalog knows are "
                + "left alone."
        )
        {
            SettingsOption.Config,
        };
        rebuild.SetAction(RebuildAsync);
        return new Command("catalog", "The database of the service.") { rebuild };
    }

    private static async Task<int> RebuildAsync(ParseResult parsed, CancellationToken stop)
    {
        Output output = Output.Of(parsed);
        await using ServiceProvider services = ServiceHost.OpenBeside(SettingsOption.Read(parsed));
        CatalogRebuild rebuild = services.GetRequiredService<CatalogRebuild>();
        IReadOnlyList<string> projects = await rebuild.FindAsync(stop);
        if (projects.Count == 0)
        {
            output.Note("Nothing to do: the catalog knows every project that the store has.");
        }
        int code = ExitCode.Ok;
        foreach (string project in projects)
        {
            try
            {
                if (await rebuild.RebuildAsync(project, stop) is { } done)
                {
                    Write(output, done);
                }
            }
            // One damaged project must not keep the others from their rows.
            catch (EngineError error)
            {
                output.Problem(
                    $"Project {project} was left out: {error.Message} {error.Advice}",
                    new FailedProject(project, error.Message, error.Advice)
                );
                code = ExitCode.Failed;
            }
        }
        return code;
    }

    private static void Write(Output output, RebuiltProject project)
    {
        output.Object(project);
        output.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Project {project.ProjectId}: {project.Backups} backups, {project.Shares} shares, {project.Volumes} volumes, "
            )
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{project.Sharings} sharings, {project.Schedules} schedules, {project.Holds} holds, as of {(project.ExportedAt is { } at ? $"{at:u}" : "no export")}"
                )
        );
        foreach (string backup in project.Missing)
        {
            output.Line($"  backup {backup} has no snapshot: it was deleted since, or is lost");
        }
        foreach (UnacknowledgedSnapshot snapshot in project.Unacknowledged)
        {
            output.Line(
                $"  snapshot {snapshot.SnapshotId} is no backup's (backup {snapshot.BackupId ?? "unknown"} of "
                    + $"{snapshot.SourceId ?? "unknown"}): made after the export, or never acknowledged; kept for 24 hours"
            );
        }
    }

    private sealed record FailedProject(string ProjectId, string Error, string? Advice);
}
