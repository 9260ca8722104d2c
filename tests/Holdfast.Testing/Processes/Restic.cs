using Holdfast.Testing.Files;

namespace Holdfast.Testing.Processes;

/// <summary>
/// Stock restic on one repository: the independent judge. The binary is <c>HOLDFAST_TEST_RESTIC</c>, else
/// <c>artifacts/tools/restic/restic</c> (where <c>./dev test</c> puts it), else the one on the PATH.
/// Its cache is its own, and goes when this is disposed.
/// </summary>
/// <param name="environment">Beside this process's own: what a store's credentials are told with.</param>
public sealed class Restic(string repository, string password, IReadOnlyDictionary<string, string?>? environment = null)
    : IDisposable
{
    private readonly TemporaryDirectory cache = new();

    public static string Binary { get; } = Find();

    /// <summary>Runs restic and returns its result, whatever its exit code.</summary>
    public Task<ProcessResult> TryRunAsync(params IEnumerable<string> arguments) =>
        ChildProcess.RunAsync(
            Binary,
            arguments,
            new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>())
            {
                ["RESTIC_REPOSITORY"] = repository,
                ["RESTIC_PASSWORD"] = password,
                ["RESTIC_CACHE_DIR"] = cache.Path,
                ["RESTIC_PROGRESS_FPS"] = null,
                // Restic writes times with the local offset, and a tree's id depends on it; ours are UTC.
                ["TZ"] = "UTC",
            }
        );

    /// <summary>Runs restic, which must succeed, and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it wrote.</exception>
    public async Task<string> RunAsync(params IEnumerable<string> arguments)
    {
        string[] all = [.. arguments];
        return (await TryRunAsync(all)).Checked($"restic {string.Join(' ', all)}").Output;
    }

    public Task InitAsync() => RunAsync("init");

    /// <summary>Backs up a directory; the snapshot holds it under its whole path.</summary>
    public Task BackupAsync(string directory) => RunAsync("backup", directory);

    /// <summary>Reads every byte of the repository and finds no fault.</summary>
    public Task CheckAsync() => RunAsync("check", "--read-data");

    /// <param name="snapshot">An id, <c>latest</c>, or either with <c>:/path</c> for that directory of it.</param>
    public Task RestoreAsync(string snapshot, string target) => RunAsync("restore", snapshot, "--target", target);

    public void Dispose() => cache.Dispose();

    private static string Find()
    {
        string? named = Environment.GetEnvironmentVariable("HOLDFAST_TEST_RESTIC");
        string fetched = RepositoryRoot.File("artifacts/tools/restic/restic");
        return named ?? (File.Exists(fetched) ? fetched : "restic");
    }
}
