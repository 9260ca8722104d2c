using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A nasty tree and a repository of restic's that holds it; made once for the tests of a class.</summary>
public sealed class BackedUpTree : IAsyncLifetime
{
    public const string Password = "a password";

    /// <summary>What restic records: no sockets.</summary>
    public static readonly TreeComparison Equality = new() { IgnoreSockets = true };

    public TemporaryDirectory Directory { get; } = new();

    public string Source => Directory["source"];

    public string RepositoryPath => Directory["repository"];

    public async ValueTask InitializeAsync()
    {
        Directory.Make("source");
        Make();
        using var restic = new Restic(RepositoryPath, Password);
        await restic.InitAsync();
        await restic.BackupAsync(Source);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Restores the tree into a directory, which must exist.</summary>
    /// <param name="around">What to put around the store.</param>
    public Task<RestoreReport> RestoreAsync(
        string target,
        RestoreOptions? options = null,
        Func<IObjectStore, IObjectStore>? around = null,
        CancellationToken cancellationToken = default
    ) => RestoreFromAsync(RepositoryPath, target, options, around, cancellationToken);

    public async Task<RestoreReport> RestoreFromAsync(
        string repositoryPath,
        string target,
        RestoreOptions? options = null,
        Func<IObjectStore, IObjectStore>? around = null,
        CancellationToken cancellationToken = default
    )
    {
        IObjectStore store = new LocalObjectStore(repositoryPath);
        store = around?.Invoke(store) ?? store;
        var repositoryOptions = new RepositoryOptions();
        await using Repository repository = await Repository.OpenAsync(
            store,
            Password,
            repositoryOptions,
            cancellationToken
        );
        await repository.LoadIndexAsync(cancellationToken);
        IReadOnlyList<Snapshot> snapshots = await repository.ListSnapshotsAsync(cancellationToken);
        byte[] path = Encoding.UTF8.GetBytes(Source);
        RestoreSource source = await new TreeBrowser(repository).SourceAsync(snapshots[^1], path, cancellationToken);
        var restore = new TreeRestore(repository, source, target, options ?? new RestoreOptions());
        try
        {
            return await restore.RunAsync(cancellationToken);
        }
        finally
        {
            LastReport = restore.Report;
        }
    }

    /// <summary>Of the latest restore, also when it failed.</summary>
    public RestoreReport LastReport { get; private set; } = new();

    private void Make() => NastyTree.Build(Source);
}
