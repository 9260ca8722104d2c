using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup restore</c>: puts files and directories of a backup back into a share.</summary>
internal static class RestoreVerb
{
    private static readonly Argument<string[]> Paths = new("path")
    {
        Description = "Files and directories, from the share on; / for everything.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Share = new("--share")
    {
        Description = "The share to restore to (default: the one that the backup is of).",
        HelpName = "id",
    };

    private static readonly Option<string?> Into = new("--into")
    {
        Description = "Restore beneath this directory of the share, and leave what is in the paths' own places.",
        HelpName = "directory",
    };

    public static Command Create()
    {
        Command command = new(
            "restore",
            "Put files and directories back as they were in a backup. What was added to such a directory since is removed."
        )
        {
            BackupVerb.Id,
            Paths,
            Share,
            Into,
            BackupVerb.Encoded,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        bool encoded = parsed.GetValue(BackupVerb.Encoded);
        JsonObject body = new()
        {
            ["paths"] = new JsonArray([
                .. parsed
                    .GetRequiredValue(Paths)
                    .Select(path => JsonValue.Create(EntryArgument.EncodeRequired(path, encoded))),
            ]),
            ["share_id"] = parsed.GetValue(Share),
            ["into"] = parsed.GetValue(Into) is { } into ? EntryArgument.EncodeRequired(into, encoded) : null,
        };
        OperationObject operation = await session.PostAsync<OperationObject>(
            $"{BackupVerb.PathOf(parsed)}/restore",
            body,
            stop
        );
        if (parsed.GetValue(OperationVerb.Wait))
        {
            operation = await OperationWait.ForSuccessAsync(session, operation, output, stop);
        }
        operation.Write(output);
    }
}
