using Holdfast.Cli;

namespace Holdfast.Hosting;

/// <summary>
/// The claim of one <c>serve</c> on a data directory with an embedded catalog: a lock on <c>serve.lock</c>, which the
/// kernel drops with the process, and beside it who holds it. Dispose to let go.
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
                $"{directory} is in use by {Holder(directory)}.",
                "With the embedded catalog one serve runs on a data directory; stop that one first."
            );
        }
        File.WriteAllText(HolderPath(directory), $"node {node}, process {Environment.ProcessId}, at {listen}\n");
        return new DataDirectory(file);
    }

    public void Dispose() => held.Dispose();

    // Beside the lock, not in it: the framework locks whatever it opens, to read it too.
    private static string HolderPath(string directory) => Path.Join(directory, "serve.holder");

    private static string Holder(string directory) =>
        File.Exists(HolderPath(directory))
            ? File.ReadAllText(HolderPath(directory)).Trim()
            : "a process that has just started";
}
