using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Operation;

/// <summary><c>holdfast operation</c>: what a service is doing, asked of it as any client would.</summary>
internal static class OperationVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The operation's id." };

    public static Option<bool> Wait { get; } =
        new("--wait") { Description = "Stay until it has ended, with a progress bar on a terminal." };

    public static Command Create() =>
        new("operation", "Look at what the service is doing, and cancel it.")
        {
            CloudOption.OsCloud,
            ListVerb.Create(),
            ShowVerb.Create(),
            CancelVerb.Create(),
        };

    public static string PathOf(string id) => $"operations/{Uri.EscapeDataString(id)}";
}
