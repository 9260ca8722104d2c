using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Volume;

/// <summary><c>holdfast volume</c>: a project's raw images and block devices.</summary>
internal static class VolumeVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The volume's id." };

    public static Option<string?> Name { get; } = new("--name") { Description = "Its name.", HelpName = "name" };

    public static Option<string?> Description { get; } =
        new("--description") { Description = "Its description.", HelpName = "text" };

    public static Command Create() =>
        new("volume", "Make, register, back up and restore volumes: raw images and block devices.")
        {
            CloudOption.OsCloud,
            AddVerb.Create(),
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            BackupVerb.Create(),
            RestoreVerb.Create(),
            DeleteVerb.Create(),
            UnregisterVerb.Create(),
        };

    public static string PathOf(ParseResult parsed) => PathOf(parsed.GetRequiredValue(Id));

    public static string PathOf(string id) => $"volumes/{Uri.EscapeDataString(id)}";

    /// <summary>The body of a request for a volume, with what every such request may have.</summary>
    public static JsonObject Body(ParseResult parsed) =>
        new() { ["name"] = parsed.GetValue(Name), ["description"] = parsed.GetValue(Description) };

    /// <summary>Stays until the operation that was begun has ended.</summary>
    /// <exception cref="CommandError">It did not succeed.</exception>
    public static async Task WaitAsync(
        CloudSession session,
        string operationId,
        Output output,
        CancellationToken stop
    ) =>
        await OperationWait.ForSuccessAsync(
            session,
            await session.GetAsync<OperationObject>(OperationVerb.PathOf(operationId), stop),
            output,
            stop
        );
}
