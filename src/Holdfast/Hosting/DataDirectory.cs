using System.Text;
using Holdfast.Cli;

namespace Holdfast.Hosting;

/// <summary>
/// The claim of one <c>serve</c> on a data directory with an embedded catalog: a lock on <c>serve.lock</c>, which the
/// kernel drops with the process, and inside it who holds it. Dispose to let go.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream held;

    private DataDirectory(FileStream held) => this.held = held;

    /// <exception cref="CommandError"><see cref="ExitCode.Held"/>, naming the holder.</exception>
    public static DataDirectory Claim(string directory, string node, Uri listen)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = Path.Join(directory, "serve.lock");
        FileStream file;
        try
        {
            file = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    // An exclusive flock on Linux.
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
        catch (IOException)
        {
            throw new CommandError(
                ExitCode.Held,
                $"{directory} is in use: {Holder(path)}.",
                "With the embedded catalog one serve runs on a data directory; stop that one first."
            );
        }
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes($"node {node}, process {Environment.ProcessId}, at {listen}\n"));
        file.Flush();
        return new DataDirectory(file);
    }

    public void Dispose() => held.Dispose();

    // Read past the lock, which is advisory: a plain open that asks for no lock of its own.
    private static string Holder(string path)
    {
        using FileStream reader = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader text = new(reader);
        return text.ReadLine() is { Length: > 0 } holder ? holder : "by a process that has just started";
    }
}
