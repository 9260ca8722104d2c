using System.CommandLine;
using Holdfast.Cli.Client;

namespace Holdfast.Cli.Backup;

/// <summary><c>backup download</c>: takes a file out of a backup, or a directory as an archive.</summary>
internal static class DownloadVerb
{
    private const string ToStandardOutput = "-";
    private const int BufferBytes = 128 << 10;

    private static readonly Argument<string> Path = new("path")
    {
        Description = "A file or directory, from the share on; the whole share when it is not given.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string?> Archive = new Option<string?>("--archive")
    {
        Description = "As an archive: tar or zip. A directory is a tar when nothing is said.",
        HelpName = "form",
    }.AcceptOnlyFromAmong("tar", "zip");

    private static readonly Option<string?> To = new("--output", "-o")
    {
        Description =
            "The file to write, '-' for standard output; one of the entry's name in this directory when it is not given.",
        HelpName = "file",
    };

    public static Command Create()
    {
        Command command = new("download", "Take a file or directory out of a backup.")
        {
            BackupVerb.Id,
            Path,
            BackupVerb.Encoded,
            Archive,
            To,
        };
        command.SetAction(
            (parsed, stop) =>
                ClientVerb.RunAsync(parsed, (session, output) => RunAsync(parsed, session, output, stop), stop)
        );
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CloudSession session, Output output, CancellationToken stop)
    {
        string path = EntryArgument.Encode(parsed.GetRequiredValue(Path), parsed.GetValue(BackupVerb.Encoded));
        string url = $"{BackupVerb.PathOf(parsed)}/files/{path}";
        string form =
            parsed.GetValue(Archive)
            ?? ((await session.GetAsync<LookObject>($"{url}?limit=1", stop)).Entry.IsDirectory ? "tar" : "file");
        string? chosen = parsed.GetValue(To);
        if (chosen == ToStandardOutput)
        {
            using HttpResponseMessage shown = await session.DownloadAsync($"{url}?download={form}", stop);
            await using Stream standard = Console.OpenStandardOutput();
            await CopyAsync(shown, standard, null, stop);
            return;
        }
        string target = chosen ?? NameOf(path, parsed.GetRequiredValue(BackupVerb.Id), form);
        if (File.Exists(target))
        {
            throw CannotBeWritten(target, "it is there already");
        }
        using HttpResponseMessage reply = await session.DownloadAsync($"{url}?download={form}", stop);
        long bytes = await ProgressDisplay.RunAsync(output, progress => SaveAsync(reply, target, progress, stop));
        output.Object(new DownloadObject(target, bytes));
        output.Line($"{target}: {Output.Size(bytes)}");
    }

    /// <summary>The file has its name once it is whole. What is there already stays.</summary>
    private static async Task<long> SaveAsync(
        HttpResponseMessage reply,
        string target,
        IProgress<Step>? progress,
        CancellationToken stop
    )
    {
        // A name of its own: with anything added, the target's may be too long.
        string part = System.IO.Path.Join(System.IO.Path.GetDirectoryName(target), $".{Guid.NewGuid():N}.part");
        try
        {
            long bytes;
            await using (FileStream file = new(part, FileMode.CreateNew, FileAccess.Write))
            {
                bytes = await CopyAsync(reply, file, progress, stop);
            }
            File.Move(part, target, overwrite: false);
            return bytes;
        }
        catch (Exception error)
        {
            if (File.Exists(part))
            {
                File.Delete(part);
            }
            throw error is IOException or UnauthorizedAccessException ? CannotBeWritten(target, error.Message) : error;
        }
    }

    private static CommandError CannotBeWritten(string target, string why) =>
        new(ExitCode.Failed, $"{target} cannot be written: {why}", "Name another file with --output.");

    private static async Task<long> CopyAsync(
        HttpResponseMessage reply,
        Stream to,
        IProgress<Step>? progress,
        CancellationToken stop
    )
    {
        byte[] buffer = new byte[BufferBytes];
        long done = 0;
        long total = reply.Content.Headers.ContentLength ?? 0;
        await using Stream from = await reply.Content.ReadAsStreamAsync(stop);
        while (await ReadAsync(from, buffer, stop) is > 0 and var length)
        {
            await to.WriteAsync(buffer.AsMemory(0, length), stop);
            done += length;
            progress?.Report(new Step("download", done, total, Bytes: true));
        }
        return done;
    }

    private static async Task<int> ReadAsync(Stream from, byte[] buffer, CancellationToken stop)
    {
        try
        {
            return await from.ReadAsync(buffer, stop);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new CommandError(
                ExitCode.Unreachable,
                $"the download broke off: {error.Message}",
                "Try again; if it breaks off at the same place, the backup's data is damaged: the service's log says where."
            );
        }
    }

    private static string NameOf(string path, string id, string form)
    {
        string name = path.Length == 0 ? id : EntryArgument.LastName(path);
        return form == "file" ? name : $"{name}.{form}";
    }

    private sealed record DownloadObject(string File, long Bytes);
}
