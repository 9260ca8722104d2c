using Holdfast.Cli;
using Holdfast.Engine.Files;

namespace Holdfast.Hosting;

/// <summary>
/// The claim of one <c>serve</c>, or of a verb that must be alone, on a data directory with an embedded catalog: a lock on
/// <c>serve.lock</c>, which the kernel drops with the process, and beside it who holds it. Dispose to let go.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream held;

    private DataDirectory(FileStream held) => this.held = held;

    /// <summary>For the owner alone. One that is there stays as it is.</summary>
    public static void Make(string directory) =>
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    /// <exception cref="CommandError"><see cref="ExitCode.Held"/>, naming the holder.</exception>
    public static DataDirectory Claim(string directory, string node, Uri listen) =>
        Claim(directory, $"node {node}, process {Environment.ProcessId}, at {listen}");

    /// <inheritdoc cref="Claim(string, string, Uri)"/>
    /// <param name="holder">What others are told of who holds it.</param>
    public static DataDirectory Claim(string directory, string holder)
    {
        Make(directory);
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
                    UnixCreateMode = OwnersAlone,
                }
            );
        }
        catch (IOException error) when (error.HResult == (int)Errno.EAGAIN)
        {
            throw new CommandError(
                ExitCode.Held,
                $"{directory} is in use by {Holder(directory) ?? "a process that has just started"}.",
                "With the embedded catalog one serve runs on a data directory; stop that one first."
            );
        }
        DataDirectory claimed = new(file);
        try
        {
            SayHolder(directory, holder + "\n");
            return claimed;
        }
        catch
        {
            claimed.Dispose();
            throw;
        }
    }

    public void Dispose() => held.Dispose();

    // Beside the lock, not in it: the framework locks whatever it opens, to read it too.
    private static string HolderPath(string directory) => Path.Join(directory, "serve.holder");

    private static void SayHolder(string directory, string text)
    {
        using StreamWriter holder = new(
            HolderPath(directory),
            new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = OwnersAlone,
            }
        );
        holder.Write(text);
    }

    /// <returns>Who holds it, or was the last to do so; null where nobody has said.</returns>
    public static string? Holder(string directory) =>
        File.Exists(HolderPath(directory)) ? File.ReadAllText(HolderPath(directory)).Trim() : null;

    /// <summary>Whether the last holder is a service at this address.</summary>
    public static bool IsServedAt(string directory, Uri listen) =>
        Holder(directory)?.EndsWith($", at {listen}", StringComparison.Ordinal) == true;
}
