using System.CommandLine;
using System.Text.Json.Nodes;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Schedule;

/// <summary><c>schedule set</c>: changes what is given. Rules that are given are all there are afterwards.</summary>
internal static class SetVerb
{
    public static Option<string?> Name { get; } =
        new("--name") { Description = "A name; its backups have it, too.", HelpName = "name" };

    public static Option<string?> TimeZone { get; } =
        new("--time-zone") { Description = "On whose clock: UTC, Europe/Paris, …", HelpName = "zone" };

    private static readonly Option<string?> Cron = new("--cron")
    {
        Description = "When: minute, hour, day of the month, month, day of the week.",
        HelpName = "cron",
    };

    private static readonly Option<bool> Enable = new("--enable") { Description = "It goes on." };

    private static readonly Option<bool> Disable = new("--disable")
    {
        Description = "It asks for nothing and lets nothing go.",
    };

    public static Command Create()
    {
        Command command = new("set", "Change a schedule. Rules that are given replace all that it had.")
        {
            ScheduleVerb.Id,
            Name,
            Cron,
            TimeZone,
            Enable,
            Disable,
        };
        RetentionOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Enable) && result.GetValue(Disable))
            {
                result.AddError("Give either --enable or --disable.");
            }
        });
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(
                    parsed,
                    async (session, output) =>
                    {
                        string path = ScheduleVerb.PathOf(parsed);
                        (await session.PatchAsync<ScheduleObject>(path, Body(parsed), stop)).Write(output);
                    },
                    stop
                )
        );
        return command;
    }

    private static JsonObject Body(ParseResult parsed)
    {
        JsonObject body = [];
        if (parsed.GetValue(Name) is { } name)
        {
            body["name"] = name.Length == 0 ? null : name;
        }
        if (parsed.GetValue(Enable) || parsed.GetValue(Disable))
        {
            body["enabled"] = parsed.GetValue(Enable);
        }
        body["cron"] = parsed.GetValue(Cron);
        body["time_zone"] = parsed.GetValue(TimeZone);
        body["retention"] = RetentionOptions.Read(parsed);
        return body;
    }
}
