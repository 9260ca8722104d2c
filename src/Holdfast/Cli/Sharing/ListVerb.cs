using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Sharing;

/// <summary><c>sharing list</c>: what one's project has given, or what it was given; newest first.</summary>
internal static class ListVerb
{
    private static readonly Option<bool> Received = new("--received")
    {
        Description = "What one's project was given, in place of what it has given.",
    };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Only those with this: pending, accepted, rejected.",
        HelpName = "state",
    };

    private static readonly Option<string?> Backup = new("--backup")
    {
        Description = "Only those with this: the backup's id.",
        HelpName = "backup",
    };

    private static readonly Option<int> Limit = NativeList.Limit();

    public static Command Create()
    {
        Command command = new("list", "List sharings, newest first.") { Received, State, Backup, Limit };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        IReadOnlyList<SharingObject> all = await NativeList.ReadAsync<Page, SharingObject>(
                            session,
                            "sharings",
                            parsed.GetValue(Limit),
                            stop,
                            ("received", parsed.GetValue(Received) ? "true" : null),
                            ("state", parsed.GetValue(State)),
                            ("backup_id", parsed.GetValue(Backup))
                        );
                        output.Object(all);
                        SharingObject.WriteTable(output, all);
                    },
                    stop
                )
        );
        return command;
    }

    private sealed record Page(IReadOnlyList<SharingObject> Sharings, string? NextCursor) : INativePage<SharingObject>
    {
        public IReadOnlyList<SharingObject> Rows => Sharings;
    }
}
