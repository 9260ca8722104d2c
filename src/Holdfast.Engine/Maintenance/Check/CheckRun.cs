using System.Collections.Concurrent;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine.Maintenance.Check;

/// <summary>
/// Looks a repository over and changes nothing: keys, snapshots, index, the packs' presence and length, every tree of
/// every snapshot; and, of the packs asked for, every byte. What is wrong is a finding, and the check goes on.
/// </summary>
public static class CheckRun
{
    /// <summary>Packs on their way while others are verified, each held whole.</summary>
    private const int PacksAhead = 2;

    /// <param name="repository">The caller holds a lock of it, exclusive or not: what a backup adds meanwhile may look like an orphan, and like nothing worse.</param>
    /// <param name="options">How much is read.</param>
    /// <param name="found">Told of each finding at once, from any thread.</param>
    /// <param name="progress">Told of the steps.</param>
    /// <param name="cancellationToken">Ends the check without a report.</param>
    /// <exception cref="EngineError">The store does not answer; damage is no exception.</exception>
    public static async Task<CheckReport> RunAsync(
        Repository repository,
        CheckOptions options,
        IProgress<CheckFinding>? found,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var findings = new FindingLog(found);
        await CheckConfigAsync(repository, findings, cancellationToken);
        await CheckKeysAsync(repository, findings, cancellationToken);
        IReadOnlyCollection<Snapshot> snapshots = await LoadSnapshotsAsync(repository, findings, cancellationToken);
        var index = new IndexCheck(repository, findings);
        await index.RunAsync(progress, cancellationToken);
        var trees = new TreeCheck(repository, index, findings, progress);
        await trees.RunAsync(snapshots.Select(snapshot => snapshot.Tree), cancellationToken);

        Dictionary<Id, long> readable = index.Stored.Where(pack => index.Listed.ContainsKey(pack.Key)).ToDictionary();
        HashSet<Id> chosen = [.. options.ReadData.Choose(readable)];
        if (options.NameSnapshots)
        {
            // What is wrong with some of a pack need not be wrong with all of it.
            chosen.UnionWith(CheckReport.PacksOf(findings.Findings).Where(readable.ContainsKey));
        }
        long bytes = chosen.Sum(pack => readable[pack]);
        var lost = new ConcurrentDictionary<Id, bool>();
        await ReadPacksAsync(repository, index, chosen, bytes, findings, lost, progress, cancellationToken);
        CheckReport report = new(
            findings.Findings,
            snapshots.Count,
            trees.Trees,
            index.Stored.Count,
            chosen.Count,
            bytes
        )
        {
            // What packs an index lists that cannot be read, nobody knows.
            FirstBytesRead = findings.Findings.Any(finding => finding.Kind == FindingKind.DamagedIndex)
                ? new HashSet<byte>()
                : FirstBytesOf(readable.Keys, chosen),
            LogicalBytes = snapshots.Sum(snapshot => snapshot.Summary?.TotalBytesProcessed ?? 0),
            UniqueBytes = index.Blobs.PlainBytes,
            StoredBytes = index.Stored.Values.Sum(),
        };
        return report.IsSound || !options.NameSnapshots
            ? report
            : report with
            {
                DamagedSnapshots =
                [
                    .. await new DamageSurvey(repository, index, lost.Keys.ToHashSet()).FindAsync(
                        snapshots,
                        cancellationToken
                    ),
                    .. CheckReport.IdsOf(findings.Findings, FindingKind.DamagedSnapshot, FindingKind.DamagedSnapshot),
                ],
            };
    }

    private static async Task CheckConfigAsync(
        Repository repository,
        FindingLog findings,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await RepositoryConfig.LoadAsync(repository.Store, repository.Sealer, cancellationToken);
        }
        catch (EngineError error) when (FindingLog.IsDamage(error))
        {
            findings.Add(FindingKind.DamagedConfig, RepositoryStore.Config, error.Message);
        }
    }

    private static async Task CheckKeysAsync(
        Repository repository,
        FindingLog findings,
        CancellationToken cancellationToken
    )
    {
        await repository.RequestEachAsync(
            repository.Store.ListAsync(ObjectKind.Key, cancellationToken),
            async (key, token) =>
            {
                ObjectName name = RepositoryStore.Name(ObjectKind.Key, key.Id);
                using PooledBytes content = await repository.Store.ReadAllAsync(name, key.Size, token);
                if (Sha256.Hash(content.Span) != key.Id || KeyFile.Parse(content.Span) is null)
                {
                    const string why = "It is not what was stored; its password opens nothing.";
                    findings.Add(FindingKind.DamagedKey, name, why);
                }
            },
            cancellationToken
        );
    }

    private static async Task<IReadOnlyCollection<Snapshot>> LoadSnapshotsAsync(
        Repository repository,
        FindingLog findings,
        CancellationToken cancellationToken
    )
    {
        var snapshots = new ConcurrentBag<Snapshot>();
        await repository.RequestEachAsync(
            repository.Store.ListAsync(ObjectKind.Snapshot, cancellationToken),
            async (stored, token) =>
            {
                try
                {
                    snapshots.Add(await repository.LoadSnapshotAsync(stored, token));
                }
                catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
                {
                    ObjectName name = RepositoryStore.Name(ObjectKind.Snapshot, stored.Id);
                    findings.Add(FindingKind.DamagedSnapshot, name, error.Message);
                }
                catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
                {
                    // Forgotten by somebody else since it was listed: no finding.
                }
            },
            cancellationToken
        );
        return snapshots;
    }

    /// <summary>Those of which no pack was left out.</summary>
    private static HashSet<byte> FirstBytesOf(IEnumerable<Id> packs, HashSet<Id> read)
    {
        HashSet<byte> all = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];
        all.ExceptWith(packs.Where(pack => !read.Contains(pack)).Select(pack => pack.Bytes[0]));
        return all;
    }

    private static async Task ReadPacksAsync(
        Repository repository,
        IndexCheck index,
        HashSet<Id> chosen,
        long total,
        FindingLog findings,
        ConcurrentDictionary<Id, bool> lost,
        IProgress<MaintenanceProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        if (chosen.Count == 0)
        {
            return;
        }
        long done = 0;
        await Parallel.ForEachAsync(
            index.PacksAsync(cancellationToken),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = repository.Options.Workers + PacksAhead,
                CancellationToken = cancellationToken,
            },
            async (pack, token) =>
            {
                if (!chosen.Contains(pack.Pack))
                {
                    return;
                }
                long size = index.Stored[pack.Pack];
                await ReadPackAsync(repository, pack, size, findings, lost, token);
                long now = Interlocked.Add(ref done, size);
                progress?.Report(new("reading packs", MaintenanceUnit.Bytes, now, total));
            }
        );
    }

    private static async Task ReadPackAsync(
        Repository repository,
        PackContent pack,
        long size,
        FindingLog findings,
        ConcurrentDictionary<Id, bool> lost,
        CancellationToken cancellationToken
    )
    {
        ObjectName name = RepositoryStore.Name(ObjectKind.Pack, pack.Pack);
        PackVerdict verdict;
        try
        {
            verdict = await repository.VerifyPackAsync(pack, size, cancellationToken);
        }
        catch (EngineError error) when (FindingLog.IsDamage(error))
        {
            verdict = new PackVerdict([error.Message], [.. pack.Blobs.Select(blob => blob.Id)]);
        }
        foreach (string problem in verdict.Problems)
        {
            findings.Add(FindingKind.DamagedPack, name, problem);
        }
        foreach (Id blob in verdict.LostBlobs)
        {
            lost[blob] = true;
        }
    }
}
