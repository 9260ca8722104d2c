using System.Text;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Reading;

/// <summary>Opens backups to look into them: the one way from use cases to the engine, and it only reads.</summary>
public sealed class BackupReading(
    KeyedRepositories repositories,
    ICatalog catalog,
    TimeProvider time,
    ILogger<BackupReading>? log = null
)
{
    /// <param name="backup">One that names a snapshot.</param>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.NotFound"/>: it was deleted meanwhile. <see cref="ServiceErrorKind.Unavailable"/>: it cannot
    /// be read, now or at all.
    /// </exception>
    public async Task<OpenBackup> OpenAsync(Backup backup, CancellationToken cancellationToken)
    {
        Repository repository = await OpenRepositoryAsync(backup, cancellationToken);
        try
        {
            return await OpenAsync(repository, backup, owns: true, cancellationToken);
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    /// <summary>The repository that the backup is in, to look into several of it.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public async Task<OpenProject> OpenProjectAsync(Backup backup, CancellationToken cancellationToken)
    {
        Repository repository = await OpenRepositoryAsync(backup, cancellationToken);
        return new OpenProject(repository, (one, token) => OpenAsync(repository, one, owns: false, token));
    }

    private async Task<Repository> OpenRepositoryAsync(Backup backup, CancellationToken cancellationToken)
    {
        Repository? repository = null;
        try
        {
            RepositoryOptions options = new() { Time = time, FromCache = true };
            repository = await repositories.OpenAsync(backup.ProjectId, options, cancellationToken);
            await repository.LoadIndexAsync(cancellationToken);
            return repository;
        }
        catch (EngineError error)
        {
            await CloseAsync(repository);
            throw Refusal(backup, error);
        }
        catch
        {
            await CloseAsync(repository);
            throw;
        }
    }

    private async Task<OpenBackup> OpenAsync(
        Repository repository,
        Backup backup,
        bool owns,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Snapshot snapshot = await repository.LoadSnapshotAsync(Id.Parse(backup.SnapshotId), cancellationToken);
            byte[] directory = Encoding.UTF8.GetBytes(backup.SourceId);
            Node? root = await new TreeBrowser(repository).FindAsync(snapshot.Tree, directory, cancellationToken);
            return new OpenBackup(repository, snapshot, root!, owns, error => Refusal(backup, error));
        }
        catch (EngineError error)
            when (error is { Temporary: false, Kind: EngineErrorKind.NotFound or EngineErrorKind.Damaged })
        {
            Backup? now = await catalog.ReadAsync(s => s.Backups.FindAsync(backup.Id), cancellationToken);
            throw now is not null && BackupRules.CanBeRead(now)
                ? Refusal(backup, error)
                : BackupRules.NoSuchBackup(backup.Id);
        }
        catch (EngineError error)
        {
            throw Refusal(backup, error);
        }
    }

    private static ValueTask CloseAsync(Repository? repository) =>
        repository?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What whoever looks into the backup is told; what is wrong stands in the log, where the operator can mend it.</summary>
    private ServiceError Refusal(Backup backup, EngineError error)
    {
        if (error.Kind == EngineErrorKind.Invalid)
        {
            return ServiceError.Invalid(error.Message);
        }
        if (log is not null)
        {
            Log.BackupUnreadable(
                log,
                backup.Id,
                error.Advice is null ? error.Message : $"{error.Message} {error.Advice}"
            );
        }
        return new ServiceError(
            ServiceErrorKind.Unavailable,
            error.Temporary
                ? "The backup store does not answer as it should; try again later."
                : $"Backup {backup.Id} cannot be read: what the store has of it is damaged or gone. Tell the operator.",
            error
        );
    }
}
