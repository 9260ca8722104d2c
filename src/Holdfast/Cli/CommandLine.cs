using System.CommandLine;
using Holdfast.Cli.Doctor;
using Holdfast.Cli.Hold;
using Holdfast.Cli.Operation;
using Holdfast.Cli.Policies;
using Holdfast.Cli.Repo;
using Holdfast.Cli.Schedule;
using Holdfast.Cli.Sharing;
using Holdfast.Cli.Volume;
using Holdfast.Cli.Webhook;

namespace Holdfast.Cli;

/// <summary>
/// The executable's verbs, one file each in this folder. A verb's action returns an <see cref="ExitCode"/> or throws;
/// what it throws becomes a message and an exit code here, and nowhere else.
/// </summary>
internal static class CommandLine
{
    public static RootCommand Create() =>
        new("Holdfast keeps backups of shared file systems and volumes in restic repositories.")
        {
            CommonOptions.Json,
            CommonOptions.Quiet,
            ServeVerb.Create(),
            ProtectionVerb.Create(),
            Share.ShareVerb.Create(),
            Backup.BackupVerb.Create(),
            OperationVerb.Create(),
            ScheduleVerb.Create(),
            HoldVerb.Create(),
            WebhookVerb.Create(),
            RepositoryVerb.Create(),
            SharingVerb.Create(),
            VolumeVerb.Create(),
            KeyVerb.Create(),
            CatalogVerb.Create(),
            PolicyVerb.Create(),
            DoctorVerb.Create(),
            CompletionVerb.Create(),
            RepoVerb.Create(),
        };

    public static async Task<int> RunAsync(string[] args)
    {
        using var signals = new Signals();
        // No response files: an argument such as "@home" is a path like any other.
        ParseResult parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // Our own signal handling: a verb is never torn down while it may hold a lock.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return ParseMistake.Of(parsed) is { } mistake
                ? throw mistake
                : await parsed.InvokeAsync(invocation, signals.Stop);
        }
        catch (Exception error)
        {
            int code = ExitCode.Of(error, signals.Stop);
            ErrorText.Write(Console.Error, error, code, CommonOptions.WantsJson(parsed));
            return code;
        }
    }
}
