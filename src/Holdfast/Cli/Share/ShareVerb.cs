using System.CommandLine;
using Holdfast.Cli.Client;
using Holdfast.Cli.Operation;

namespace Holdfast.Cli.Share;

/// <summary><c>holdfast share</c>: a project's shares, over Manila's API as <c>openstack share</c> has them.</summary>
internal static class ShareVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The share's id." };

    public static Option<string?> Name { get; } = new("--name") { Description = "Its name.", HelpName = "name" };

    public static Command Create() =>
        new("share", "Make, list, show and delete shares.")
        {
            CloudOption.OsCloud,
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            DeleteVerb.Create(),
        };

    /// <summary>Manila's API lies beside the native one.</summary>
    public static string PathOf(string id) => $"{Shares}/{Uri.EscapeDataString(id)}";

    /// <summary>All of them.</summary>
    public const string Shares = "../../v2/shares";

    /// <summary>Stays until what was begun with the share has ended.</summary>
    /// <param name="kind">Of the operation, which Manila's answers do not name.</param>
    /// <exception cref="CommandError">It did not succeed.</exception>
    public static async Task WaitAsync(
        CloudSession session,
        string id,
        string kind,
        Output output,
        CancellationToken stop
    )
    {
        Operations newest = await session.GetAsync<Operations>(
            $"operations?share_id={Uri.EscapeDataString(id)}&kind={kind}&limit=1",
            stop
        );
        await OperationWait.ForSuccessAsync(session, newest.All[0], output, stop);
    }

    private sealed record Operations(
        [property: System.Text.Json.Serialization.JsonPropertyName("operations")] IReadOnlyList<OperationObject> All
    );
}
