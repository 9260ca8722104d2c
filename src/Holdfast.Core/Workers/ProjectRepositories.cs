using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>Opens projects' repositories for claimed operations, and makes them with the first backup.</summary>
public sealed class ProjectRepositories(
    Repositories repositories,
    MasterKey master,
    Keyring keyring,
    KeyedRepositories keyed,
    ExportStore exports,
    ICatalog catalog,
    LockJudge judge,
    CoreOptions options,
    TimeProvider time
)
{
    // Longer than any store takes for the few small objects of a new repository. Whose claim is over is not waited for so long.
    private static readonly TimeSpan LongestMaking = TimeSpan.FromMinutes(5);

    /// <summary>The repository that the operation reads, or works on.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>: the project has no repository.</exception>
    public Task<Repository> OpenAsync(Operation claimed, CancellationToken cancellationToken) =>
        keyed.OpenAsync(claimed.RepositoryOf, Options(claimed), cancellationToken);

    /// <summary>
    /// Opens the repository, or makes it: key, repository, row, in this order, each durable before the next, and any of
    /// them found and kept by whoever comes after a crash.
    /// </summary>
    public async Task<Repository> OpenOrMakeAsync(Operation claimed, CancellationToken cancellationToken)
    {
        string project = claimed.ProjectId;
        if (await catalog.ReadAsync(s => KeyDestruction.IsUnderWayAsync(s, project), cancellationToken))
        {
            throw new EngineError(
                EngineErrorKind.Locked,
                temporary: true,
                $"The key of project {project} is being destroyed.",
                $"If nobody is at it, 'holdfast key destroy --project {project}' ends what was interrupted."
            )
            {
                PublicMessage = "The project's key is being destroyed; after that it gets a new one.",
            };
        }
        bool exists = await repositories.ExistsAsync(project, cancellationToken);
        bool known = await catalog.ReadAsync(s => s.Repositories.FindAsync(project), cancellationToken) is not null;
        if (!known && (await exports.NumbersAsync(project, cancellationToken)).Count > 0)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                $"The store has an export of project {project}, which the catalog does not know.",
                "If the catalog was lost, run 'holdfast catalog rebuild': once the project has new backups it cannot. "
                    + $"To give up what was there, remove export/{project} from the store."
            )
            {
                PublicMessage = "The project has former backups, which have to be taken into the catalog first.",
            };
        }
        if (!exists && known)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                $"The repository of project {project} is not in the store, where it was before.",
                "Check that the store is the right one, and mounted; a new repository is not made in its place."
            )
            {
                PublicMessage = "The project's repository is not in the store, where it was before.",
            };
        }
        Repository repository = exists
            ? await OpenAsync(claimed, cancellationToken)
            : await MakeAsync(claimed, cancellationToken);
        try
        {
            if (exists && !known)
            {
                string password = await keyring.GetOrMakeAsync(project, cancellationToken);
                await repositories.RemoveStrayKeysAsync(project, password, Options(claimed), cancellationToken);
            }
            await catalog.WriteAsync(
                session => session.Repositories.AddAsync(project, repository.Id, time.Now()),
                cancellationToken
            );
            return repository;
        }
        catch
        {
            await repository.DisposeAsync();
            throw;
        }
    }

    private async Task<Repository> MakeAsync(Operation claimed, CancellationToken cancellationToken)
    {
        string project = claimed.ProjectId;
        string lease = Keyring.MakeLease + project;
        string holder = ClaimName.Of(claimed);
        // Two first backups of a project must not both make its repository: the second config would replace the first. One
        // whose claim is over has stopped, as it may not work longer than its lease.
        bool taken = await catalog.WriteAsync(
            async session =>
            {
                await master.RequireCurrentAsync(session);
                DateTimeOffset now = time.Now();
                if (
                    await session.Leases.HolderAsync(lease) is { } other
                    && await LockJudge.IsOverAsync(session, other, now)
                )
                {
                    await session.Leases.ReleaseAsync(lease, other);
                }
                return await session.Leases.TryTakeAsync(lease, holder, now, LongestMaking);
            },
            cancellationToken
        );
        if (!taken)
        {
            throw new EngineError(
                EngineErrorKind.Locked,
                temporary: true,
                "Another backup is just making the project's repository."
            )
            {
                PublicMessage = "Another backup is just making the project's repository.",
            };
        }
        try
        {
            await RequireTheStoreAsync(cancellationToken);
            string password = await keyring.GetOrMakeAsync(project, cancellationToken);
            return await repositories.ExistsAsync(project, cancellationToken)
                ? await repositories.OpenAsync(project, password, Options(claimed), cancellationToken)
                : await repositories.InitAsync(project, password, Options(claimed), cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Exists)
        {
            // A worker whose claim is over was just a moment faster.
            return await OpenAsync(claimed, cancellationToken);
        }
        finally
        {
            await catalog.WriteAsync(session => session.Leases.ReleaseAsync(lease, holder), CancellationToken.None);
        }
    }

    /// <summary>A store that has none of the repositories that the catalog knows is another one: nothing is begun in it.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Store"/>, temporary: the right one may come back.</exception>
    public async Task RequireTheStoreAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProjectRepository> known = await catalog.ReadAsync(
            session => session.Repositories.ListAsync(),
            cancellationToken
        );
        foreach (ProjectRepository one in known)
        {
            if (await repositories.ExistsAsync(one.ProjectId, cancellationToken))
            {
                return;
            }
        }
        if (known.Count > 0)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: true,
                $"The store has none of the {known.Count} repositories that the catalog knows, so no new one is made in it.",
                "Check HOLDFAST_STORE, and that the store is mounted."
            )
            {
                PublicMessage = "The backup store is not the one it was.",
            };
        }
    }

    private RepositoryOptions Options(Operation claimed) =>
        new()
        {
            LockHostname = options.Node,
            LockUsername = ClaimName.Of(claimed),
            IsOver = judge.IsOverAsync,
            KeyCost = Keyring.PasswordCost,
            Time = time,
        };
}
