using System.Buffers;
using System.Security.Cryptography;
using Holdfast.Engine.Storage;
using Holdfast.Engine.Vault;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;

namespace Holdfast.Engine;

/// <summary>
/// A store that holds many repositories, one beneath each project's id, and the sealed objects beside them. This is how
/// the floors above reach a store without naming one. A repository that was open before opens faster: see
/// <see cref="WarmRepositories"/>.
/// </summary>
/// <param name="store">Its root is above the repositories.</param>
/// <param name="keptBytes">Of indexes and snapshots kept between two openings.</param>
/// <param name="cache">The same store behind a <see cref="CacheObjectStore"/> that keeps what <see cref="IsKept"/>; null where there is none.</param>
public sealed class Repositories(
    IObjectStore store,
    long keptBytes = WarmRepositories.DefaultBytes,
    IObjectStore? cache = null
)
{
    /// <summary>Of a pack: a directory, or the pieces of a small file. More is a file's data, which is read once.</summary>
    private const int LargestKept = 1024 * 1024;

    private const int Removals = 16;

    /// <summary>Names in memory while a repository is removed.</summary>
    private const int RemovedAtOnce = 1000;

    /// <summary>Folders beside the repositories; no project can have such an id.</summary>
    private static readonly string[] Reserved = ["keyring", "export"];

    private readonly RepositoryStore objects = new(store);
    private readonly WarmRepositories warm = new(keptBytes);

    public SealedObjects Vault { get; } = new(store);

    /// <summary>Makes the project's repository and opens it.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Exists"/>.</exception>
    public Task<Repository> InitAsync(
        string project,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => Repository.InitAsync(Of(project), password, options, cancellationToken);

    /// <exception cref="EngineError">
    /// <see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.WrongPassword"/>, <see cref="EngineErrorKind.Damaged"/>.
    /// </exception>
    public async Task<Repository> OpenAsync(
        string project,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        PrefixObjectStore place = options.FromCache && cache is not null ? Of(cache, project) : Of(project);
        Repository? opened = warm.Find(project, password) is { } kept
            ? await Repository.TryReopenAsync(place, kept, options, cancellationToken)
            : null;
        if (opened is null)
        {
            warm.Forget(project);
            opened = await Repository.OpenAsync(
                place,
                password,
                options,
                fresh => warm.Keep(project, password, fresh),
                cancellationToken
            );
        }
        opened.OnClosed(warm.Trim);
        return opened;
    }

    public async Task<bool> ExistsAsync(string project, CancellationToken cancellationToken) =>
        await new RepositoryStore(Of(project)).SizeAsync(RepositoryStore.Config, cancellationToken) is not null;

    /// <inheritdoc cref="Repository.AddPasswordAsync"/>
    public Task AddPasswordAsync(
        string project,
        string password,
        string added,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => Repository.AddPasswordAsync(Of(project), password, added, options, cancellationToken);

    /// <inheritdoc cref="Repository.RemovePasswordAsync"/>
    public Task RemovePasswordAsync(
        string project,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => Repository.RemovePasswordAsync(Of(project), password, options, cancellationToken);

    /// <inheritdoc cref="Repository.RemoveStrayKeysAsync"/>
    public Task RemoveStrayKeysAsync(
        string project,
        string password,
        RepositoryOptions options,
        CancellationToken cancellationToken
    ) => Repository.RemoveStrayKeysAsync(Of(project), password, options, cancellationToken);

    /// <summary>Removes the project's repository for good, its keys first. Whatever of it is not there is no error.</summary>
    /// <param name="confirm">Called before every <see cref="RemovedAtOnce"/> objects; what it throws ends the removal.</param>
    public async Task DestroyAsync(
        string project,
        Func<CancellationToken, Task> confirm,
        CancellationToken cancellationToken
    )
    {
        warm.Forget(project);
        RepositoryStore doomed = new(Of(project));
        ParallelOptions atOnce = new() { MaxDegreeOfParallelism = Removals, CancellationToken = cancellationToken };
        foreach (string folder in (string[])["keys", ""])
        {
            bool any;
            do
            {
                any = false;
                await foreach (ObjectInfo[] found in doomed.ListAsync(folder, cancellationToken).Chunk(RemovedAtOnce))
                {
                    any = true;
                    await confirm(cancellationToken);
                    await Parallel.ForEachAsync(
                        found,
                        atOnce,
                        async (info, token) => await doomed.DeleteAsync(info.Name, token)
                    );
                }
            } while (any);
        }
        await confirm(cancellationToken);
        // By its name, as a listing is not the truth: where it is, there is a repository.
        await doomed.DeleteAsync(RepositoryStore.Config, cancellationToken);
    }

    /// <summary>Removes what is left of writes that never ended and began before the given moment.</summary>
    /// <returns>How many were removed.</returns>
    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        objects.RemoveUnfinishedAsync(startedBefore, cancellationToken);

    /// <summary>Whether the store answers, by looking for an object.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Store"/>: it does not.</exception>
    public Task ProbeAsync(CancellationToken cancellationToken) =>
        objects.SizeAsync(RepositoryStore.Config, cancellationToken);

    /// <summary>Stores, reads and removes an object of its own: what a store that only answers may refuse.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Store"/>: one of them failed, and the message says which.</exception>
    public async Task ProveAsync(CancellationToken cancellationToken)
    {
        ObjectName name = new($"probe-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
        byte[] content = [1, 2, 3];
        try
        {
            await objects.PutAsync(name, new ReadOnlySequence<byte>(content), cancellationToken);
            await objects.ReadAsync(name, offset: 0, new byte[content.Length], cancellationToken);
        }
        catch
        {
            // Nobody knows whether it was stored; why that failed is what counts.
            await Task.WhenAny(objects.DeleteAsync(name, CancellationToken.None));
            throw;
        }
        await objects.DeleteAsync(name, CancellationToken.None);
    }

    /// <summary>Whether a read of so many bytes is of what never changes, and worth to be kept near.</summary>
    public static bool IsKept(ObjectName name, long length) =>
        name.Value.Split('/') is [_, var folder, ..]
        && (folder == "index" || (folder == "data" && length <= LargestKept));

    private PrefixObjectStore Of(string project) => Of(store, project);

    private static PrefixObjectStore Of(IObjectStore store, string project) =>
        ObjectName.IsValid(project) && !project.Contains('/') && !Reserved.Contains(project, StringComparer.Ordinal)
            ? new PrefixObjectStore(store, project)
            : throw new EngineError(EngineErrorKind.Invalid, temporary: false, $"'{project}' is not a project's id.");
}
