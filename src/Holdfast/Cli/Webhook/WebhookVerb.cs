using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Webhook;

/// <summary><c>holdfast webhook</c>: who is told what happened.</summary>
internal static class WebhookVerb
{
    public static Argument<string> Id { get; } = new("id") { Description = "The webhook's id." };

    public static Option<string[]> Events { get; } =
        new("--event")
        {
            Description = "What it is told, such as backup.failed; may be given several times. Without it: everything.",
            HelpName = "event",
        };

    public static Command Create() =>
        new("webhook", "Have a URL told of backups, restores and what is overdue.")
        {
            CloudOption.OsCloud,
            CreateVerb.Create(),
            ListVerb.Create(),
            ShowVerb.Create(),
            SetVerb.Create(),
            TestVerb.Create(),
            DeleteVerb.Create(),
        };

    public static string PathOf(ParseResult parsed) => $"webhooks/{Uri.EscapeDataString(parsed.GetRequiredValue(Id))}";
}
