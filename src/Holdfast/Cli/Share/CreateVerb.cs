using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Share;

/// <summary><c>share create</c>: an empty share.</summary>
internal static class CreateVerb
{
    private static readonly Option<int> Size = new("--size")
    {
        Description = "GiB: a promise, not a limit.",
        HelpName = "n",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> Protocol = new("--protocol")
    {
        Description = "By which it is to be exported.",
        HelpName = "NFS",
        DefaultValueFactory = _ => "NFS",
    };

    private static readonly Option<string?> Description = new("--description")
    {
        Description = "Its description.",
        HelpName = "text",
    };

    public static Command Create()
    {
        Command command = new("create", "Make an empty share.")
        {
            Size,
            Protocol,
            ShareVerb.Name,
            Description,
            OperationVerb.Wait,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        JsonObject asked = new()
                        {
                            ["share_proto"] = parsed.GetValue(Protocol),
                            ["size"] = parsed.GetValue(Size),
                            ["name"] = parsed.GetValue(ShareVerb.Name),
                            ["description"] = parsed.GetValue(Description),
                        };
                        JsonObject body = new() { ["share"] = asked };
                        ShareObject share = (await session.PostAsync<ShareAnswer>(ShareVerb.Shares, body, stop)).Share;
                        if (parsed.GetValue(OperationVerb.Wait))
                        {
                            await ShareVerb.WaitAsync(session, share.Id, "create_share", output, stop);
                            share = (await session.GetAsync<ShareAnswer>(ShareVerb.PathOf(share.Id), stop)).Share;
                        }
                        share.Write(output);
                    },
                    stop
                )
        );
        return command;
    }
}
