using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the data directory is, or can become, what the service needs.</summary>
internal static class DataDirectoryChecks
{
    private const string Check = "data directory";

    public static void Run(Settings settings, Findings findings)
    {
        string path = settings.Core.DataDirectory;
        if (File.Exists(path))
        {
            findings.Mistake(Check, $"{path} is a file", "Set HOLDFAST_DATA to a directory.");
            return;
        }
        try
        {
            if (Directory.Exists(path))
            {
                LookInto(path, findings);
            }
            else
            {
                LookAbove(path, findings);
            }
        }
        catch (EngineError error)
        {
            findings.Mistake(Check, error);
        }
    }

    private static void LookInto(string path, Findings findings)
    {
        using DirectoryHandle directory = DirectoryHandle.Open(path);
        if (!directory.IsWritable)
        {
            findings.Mistake(
                Check,
                $"{Environment.UserName} may not write in {path}",
                $"Give it to the service's user, or run this as that user: chown -R <user> {path}"
            );
            return;
        }
        findings.Ok(Check, $"{path} can be written in");
        if (!directory.IsOwn)
        {
            findings.Warning(
                Check,
                $"{path} does not belong to {Environment.UserName}, who asks",
                "Ask as the service's user: what it may is what counts."
            );
        }
        if ((File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None)
        {
            findings.Warning(Check, $"others may write in {path}", $"Run: chmod go-w {path}");
        }
        string openrc = Path.Join(path, "admin-openrc");
        if (FileModes.IsOpenToOthers(openrc))
        {
            findings.Warning(
                Check,
                $"{openrc} holds the administrator's password and may be read by others",
                $"Run: chmod 600 {openrc}"
            );
        }
        DiskSpace.Look(Check, path, findings);
    }

    private static void LookAbove(string path, Findings findings)
    {
        string above = DiskSpace.Existing(path);
        using DirectoryHandle directory = DirectoryHandle.Open(above);
        if (directory.IsWritable)
        {
            findings.Ok(Check, $"{path} is not there yet; the first start makes it");
            DiskSpace.Look(Check, above, findings);
        }
        else
        {
            findings.Mistake(
                Check,
                $"{path} is not there, and {Environment.UserName} may not make it in {above}",
                $"Make it for the service's user: install -d -m 700 -o <user> {path}"
            );
        }
    }
}
