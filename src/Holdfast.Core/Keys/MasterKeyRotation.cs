using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Engine;

namespace Holdfast.Core.Keys;

/// <summary>A change of the master key that is done.</summary>
/// <param name="Projects">How many projects' passwords the new key wraps.</param>
/// <param name="File">Where the new key lies now.</param>
/// <param name="FormerFile">Where the former key lies now; null where a command prints it.</param>
public sealed record RotatedMasterKey(int Projects, string File, string? FormerFile);

/// <summary>
/// Puts another key in the place of the master key, while no node runs: wraps the projects' passwords and the catalog's
/// secrets anew, and touches no data. Until the closing transaction the former key is the installation's, in its file;
/// from then on the new one, in the file beside it until that gets the name. Whoever dies in between has the next call
/// end it.
/// </summary>
public sealed class MasterKeyRotation(
    ICatalog catalog,
    MasterKey master,
    Keyring keyring,
    CoreOptions options,
    TimeProvider time
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private const int AtOnce = 8;
    private const string Lease = "rotate-master-key";

    // Of one who died the next need not wait longer.
    private static readonly TimeSpan LeaseSpan = TimeSpan.FromMinutes(5);

    /// <param name="newKeyFile">
    /// The new key, where a command prints the key. Null where it has a file: the new one is made beside it, unless an earlier
    /// call has left it there.
    /// </param>
    /// <param name="alone">Whether the caller has made sure that no node runs; else all must have been silent for a lease.</param>
    /// <param name="cancellationToken">Ends the wait; the next call goes on.</param>
    /// <exception cref="ServiceError">
    /// No catalog, or another key than its own. <see cref="ServiceErrorKind.Conflict"/>: a node runs, or somebody changes a project's
    /// key. <see cref="ServiceErrorKind.Invalid"/>: no new key. Then nothing has changed.
    /// </exception>
    /// <exception cref="EngineError">
    /// The store failed: call it again. <see cref="EngineErrorKind.Damaged"/>: a project's password opens with neither key.
    /// </exception>
    public async Task<RotatedMasterKey> RotateAsync(string? newKeyFile, bool alone, CancellationToken cancellationToken)
    {
        string? known = (await catalog.ReadAsync(MasterKey.FingerprintsAsync, cancellationToken)).Known;
        WrappingKey former = await master.ReadAsync(cancellationToken);
        string file = NextFile(newKeyFile);
        WrappingKey? next = MasterKeyFile.Read(file) is { } secret ? new WrappingKey(secret) : null;
        if (former.Fingerprint != known)
        {
            return next is not null && next.Fingerprint == known
                ? await EndAsync(former, file, cancellationToken)
                : throw master.Other();
        }
        if (!alone)
        {
            await WaitForSilenceAsync(cancellationToken);
        }
        next ??= MakeNext(file);
        if (next.Fingerprint == known)
        {
            throw ServiceError.Invalid($"The key in {file} is the master key already.");
        }
        await ForEachProjectAsync(
            (project, token) => RequireReadableAsync(project, former, next, token),
            cancellationToken
        );
        string holder = Guid.NewGuid().ToString();
        await catalog.WriteAsync(session => BeginAsync(session, next, alone ? null : holder), cancellationToken);
        try
        {
            await ForEachProjectAsync(
                (project, token) => keyring.RewrapAsync(project, former, next, token),
                cancellationToken
            );
            await catalog.WriteAsync(session => CommitAsync(session, former, next), cancellationToken);
        }
        finally
        {
            await catalog.WriteAsync(session => session.Leases.ReleaseAsync(Lease, holder), CancellationToken.None);
        }
        return await EndAsync(former, file, cancellationToken);
    }

    private async Task ForEachProjectAsync(
        Func<string, CancellationToken, Task> work,
        CancellationToken cancellationToken
    ) =>
        await Parallel.ForEachAsync(
            await ProjectsAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (project, token) => await work(project, token)
        );

    /// <summary>Those that the store lists, and those that the catalog knows: what a listing lacks would be closed for good.</summary>
    private async Task<IReadOnlyList<string>> ProjectsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> listed = await keyring.ProjectsAsync(cancellationToken);
        IReadOnlyList<ProjectRepository> known = await catalog.ReadAsync(
            session => session.Repositories.ListAsync(),
            cancellationToken
        );
        return [.. listed.Union(known.Select(one => one.ProjectId), StringComparer.Ordinal)];
    }

    private string NextFile(string? newKeyFile) =>
        (master.FilePath, newKeyFile) switch
        {
            ({ } path, null) => path + ".new",
            (null, { } given) => Path.GetFullPath(given),
            ({ } path, _) => throw ServiceError.Invalid(
                $"The master key lies in {path}, and the new one is made beside it. To choose it yourself, write it to {path}.new."
            ),
            (null, null) => throw ServiceError.Invalid(
                "HOLDFAST_MASTER_KEY_COMMAND prints the master key: say where the new one is, with --new-key-file."
            ),
        };

    private WrappingKey MakeNext(string file) =>
        master.FilePath is not null
            ? new WrappingKey(MasterKeyFile.Make(file))
            : throw ServiceError.Invalid(
                $"There is no key at {file}. Make one, for example with: (umask 077; openssl rand -hex 32 >{file})"
            );

    /// <summary>A node that stopped a moment ago is told from one that runs by what it does not say any more.</summary>
    private async Task WaitForSilenceAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, DateTimeOffset> seen = [];
        while (await catalog.ReadAsync(RecentAsync, cancellationToken) is { Count: > 0 } recent)
        {
            foreach (NodeRole node in recent)
            {
                if (
                    !seen.TryAdd($"{node.Node} {node.Role}", node.SeenAt)
                    && seen[$"{node.Node} {node.Role}"] != node.SeenAt
                )
                {
                    throw Runs(node);
                }
            }
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<NodeRole>> RecentAsync(ICatalogSession session)
    {
        DateTimeOffset since = time.Now() - NodePresence.AliveFor(options.Lease);
        return [.. (await session.Nodes.ListAsync()).Where(node => node.SeenAt >= since)];
    }

    /// <summary>Before anything is changed: what opens with neither key would be seen in the middle otherwise.</summary>
    private async Task RequireReadableAsync(
        string project,
        WrappingKey former,
        WrappingKey next,
        CancellationToken cancellationToken
    )
    {
        if (!await keyring.OpensAsync(project, former, next, cancellationToken))
        {
            throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"The key of project {project} opens neither with the master key nor with the new one.",
                $"If a change to yet another key was interrupted, put that key in the place of the new one. Else put keyring/{project} "
                    + "of the store back from a copy, or move it away: its project cannot be read with it."
            );
        }
    }

    /// <param name="holder">Null: no other process can be at it, and no node runs.</param>
    private async Task BeginAsync(ICatalogSession session, WrappingKey next, string? holder)
    {
        DateTimeOffset now = time.Now();
        if (holder is not null && await RecentAsync(session) is [var node, ..])
        {
            throw Runs(node);
        }
        if (holder is not null && !await session.Leases.TryTakeAsync(Lease, holder, now, LeaseSpan))
        {
            throw ServiceError.Conflict(
                "The master key is being changed already, or whoever was at it has died. Try again in five minutes."
            );
        }
        foreach (string lease in Keyring.Leases)
        {
            if (await session.Leases.HeldAsync(lease, now) is [var held, ..])
            {
                throw ServiceError.Conflict(
                    $"The key of project {held[lease.Length..]} is being made or changed, or whoever was at it has died. Try again in five minutes."
                );
            }
        }
        await MasterKey.BeginChangeAsync(session, next);
        await session.NoteByHostAsync(AuditAction.RotateMasterKey, projectId: null, now);
    }

    private static async Task CommitAsync(ICatalogSession session, WrappingKey former, WrappingKey next)
    {
        foreach (SealedTokenKey row in await session.Tokens.KeysAsync())
        {
            await session.Tokens.ResealKeyAsync(row.Id, next.Seal(former.Unseal(row.Sealed)));
        }
        foreach (Webhook row in await session.Webhooks.AllAsync())
        {
            await session.Webhooks.ResealAsync(row.Id, next.Seal(former.Unseal(row.SealedSecret)));
        }
        await MasterKey.EndChangeAsync(session, next);
    }

    private async Task<RotatedMasterKey> EndAsync(WrappingKey former, string file, CancellationToken cancellationToken)
    {
        int projects = (await ProjectsAsync(cancellationToken)).Count;
        if (master.FilePath is not { } path)
        {
            return new RotatedMasterKey(projects, file, FormerFile: null);
        }
        string formerFile = $"{path}.{former.Fingerprint[..8]}";
        MasterKeyFile.Replace(path, file, formerFile);
        return new RotatedMasterKey(projects, path, formerFile);
    }

    private static ServiceError Runs(NodeRole node) =>
        ServiceError.Conflict($"Node {node.Node} runs: stop every node before the master key is changed.");
}
