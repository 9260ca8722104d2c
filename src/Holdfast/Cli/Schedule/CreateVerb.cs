using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule create</c>: of one share or one volume.</summary>
internal static class CreateVerb
{
    private static readonly Option<string?> Share = new("--share")
    {
        Description = "The share's id.",
        HelpName = "share",
    };

    private static readonly Option<string?> Volume = new("--volume")
    {
        Description = "The volume's id.",
        HelpName = "volume",
    };

    private static readonly Option<string> Cron = new("--cron")
    {
        Description =
            "When: minute, hour, day of the month, month, day of the week. '30 2 * * *' is half past two every night.",
        HelpName = "cron",
        Required = true,
    };

    private static readonly Option<bool> Disabled = new("--disabled")
    {
        Description = "It does nothing until it is enabled.",
    };

    public static Command Create()
    {
        Command command = new("create", "Make a schedule of a share or of a volume.")
        {
            Share,
            Volume,
            Cron,
            SetVerb.TimeZone,
            SetVerb.Name,
            Disabled,
        };
        RetentionOptions.AddTo(command);
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                        (await session.PostAsync<ScheduleObject>("schedules", Body(parsed), stop)).Write(output),
                    stop
                )
        );
        return command;
    }

    private static JsonObject Body(ParseResult parsed) =>
        new()
        {
            ["share_id"] = parsed.GetValue(Share),
            ["volume_id"] = parsed.GetValue(Volume),
            ["cron"] = parsed.GetRequiredValue(Cron),
            ["time_zone"] = parsed.GetValue(SetVerb.TimeZone),
            ["name"] = parsed.GetValue(SetVerb.Name),
            ["enabled"] = !parsed.GetValue(Disabled),
            ["retention"] = RetentionOptions.Read(parsed),
        };
}
