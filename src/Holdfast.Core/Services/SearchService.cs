using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Engine;
using Holdfast.Engine.Names;

namespace Holdfast.Core.Services;

/// <summary>What is looked for, and where: in one backup, or in all that the project has of a share.</summary>
public sealed record SearchQuery
{
    /// <summary>A part of an entry's name, or all of it with wildcards.</summary>
    public required string Name { get; init; }

    /// <summary>Exactly one of this and <see cref="ShareId"/> is given.</summary>
    public string? BackupId { get; init; }
    public string? ShareId { get; init; }

    /// <summary>One of <see cref="BackupEntry.Types"/>; null: of any type.</summary>
    public string? Type { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Where an earlier page ended.</summary>
    public SearchPlace? After { get; init; }
}

/// <summary>A place in what a search has found.</summary>
/// <param name="CreatedAt">Of the newest backup that was looked into: later ones are not.</param>
/// <param name="BackupId">The same backup's.</param>
/// <param name="Found">How many entries were found up to there.</param>
public sealed record SearchPlace(DateTimeOffset CreatedAt, string BackupId, int Found);

/// <summary>An entry, and the newest backup that has it under that path.</summary>
public sealed record SearchHit(Backup Backup, FoundEntry Entry);

/// <param name="Next">Where the list goes on; null at its end.</param>
public sealed record SearchResult(IReadOnlyList<SearchHit> Hits, SearchPlace? Next);

/// <summary>The use case of looking for a name in backups.</summary>
public sealed class SearchService(
    ICatalog catalog,
    Policy policy,
    BackupReading reading,
    NameIndexes indexes,
    DownloadLimit limits,
    TimeProvider time
)
{
    /// <summary>What one search finds in all its pages. Paths are held against each other, so they are in memory.</summary>
    public const int MostFound = 10_000;

    private const int BackupsAtOnce = 100;

    /// <summary>Newest backups first, and in each the order of a walk. A path is found once, in the newest backup that has it.</summary>
    public async Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellationToken)
    {
        policy.Require(caller, "backup_file:get");
        if ((query.BackupId is null) == (query.ShareId is null))
        {
            throw ServiceError.Invalid("Name one of 'backup_id' and 'share_id': where to look.");
        }
        NamePattern pattern = PatternOf(query.Name);
        using IDisposable place = limits.Begin(caller.ProjectId);
        Search search = new(query, pattern);
        if (query.BackupId is { } id)
        {
            (Backup backup, Sharing? given) = await catalog.FindReadableAsync(caller, id, time, cancellationToken);
            await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
            await LookIntoAsync(search, [backup], cancellationToken);
        }
        else
        {
            await LookIntoAllAsync(search, caller.ProjectId, query.ShareId!, cancellationToken);
        }
        return search.Result();
    }

    private async Task LookIntoAllAsync(
        Search search,
        string project,
        string share,
        CancellationToken cancellationToken
    )
    {
        RowOrder<Backup> order = new(new SortColumn<Backup>("created_at", row => row.CreatedAt), Descending: true);
        BackupFilter filter = new() { ProjectId = project, ShareId = share };
        RowList<Backup> rows;
        do
        {
            rows = await catalog.ReadAsync(
                session => order.PageAsync(BackupsAtOnce, page => session.Backups.ListAsync(filter, page)),
                cancellationToken
            );
            await LookIntoAsync(
                search,
                [.. rows.Rows.Where(row => BackupRules.CanBeRead(row) && search.IsWithin(row))],
                cancellationToken
            );
            order = order with
            {
                After = rows.Rows.Count == 0 ? null : new RowPlace(rows.Rows[^1].CreatedAt, rows.Rows[^1].Id),
            };
        } while (rows.More && !search.IsFull);
    }

    /// <param name="backups">Of one project.</param>
    private async Task LookIntoAsync(Search search, IReadOnlyList<Backup> backups, CancellationToken cancellationToken)
    {
        if (backups.Count == 0)
        {
            return;
        }
        await using OpenProject project = await reading.OpenProjectAsync(backups[0], cancellationToken);
        foreach (Backup backup in backups)
        {
            if (search.IsFull)
            {
                return;
            }
            await using OpenBackup open = await project.OpenAsync(backup, cancellationToken);
            if (search.Begins(open.Tree))
            {
                search.Add(
                    backup,
                    await open.SearchAsync(
                        indexes,
                        backup.SnapshotId!,
                        search.Pattern,
                        search.Query.Type,
                        MostFound + 1,
                        cancellationToken
                    )
                );
            }
        }
    }

    private static NamePattern PatternOf(string name)
    {
        try
        {
            return new NamePattern(name);
        }
        catch (EngineError error)
        {
            throw ServiceError.Invalid(error.Message);
        }
    }

    /// <summary>What was found so far, and what is wanted of it.</summary>
    private sealed class Search(SearchQuery query, NamePattern pattern)
    {
        private readonly HashSet<Id> trees = [];
        private readonly HashSet<string> paths = new(StringComparer.Ordinal);
        private readonly List<SearchHit> hits = [];
        private Backup? newest;

        public SearchQuery Query => query;

        public NamePattern Pattern => pattern;

        private int First => query.After?.Found ?? 0;

        /// <summary>Whether there is more than the page takes.</summary>
        public bool IsFull => hits.Count > First + query.Limit || hits.Count > MostFound;

        /// <summary>Whether the backup was there when the first page was asked for.</summary>
        public bool IsWithin(Backup backup) =>
            query.After is not { } after
            || backup.CreatedAt < after.CreatedAt
            || (backup.CreatedAt == after.CreatedAt && string.CompareOrdinal(backup.Id, after.BackupId) <= 0);

        /// <summary>False when a backup with the very same tree was looked into.</summary>
        public bool Begins(Id tree) => trees.Add(tree);

        public void Add(Backup backup, IReadOnlyList<FoundEntry> found)
        {
            newest ??= backup;
            foreach (FoundEntry entry in found)
            {
                if (paths.Add(Convert.ToHexString(entry.Path)))
                {
                    hits.Add(new SearchHit(backup, entry));
                }
            }
        }

        public SearchResult Result()
        {
            if (hits.Count > MostFound && First + query.Limit >= MostFound)
            {
                throw ServiceError.Invalid(
                    $"More than {MostFound} entries have such a name: say more of it, or look in one backup."
                );
            }
            SearchPlace? next =
                hits.Count > First + query.Limit
                    ? new(
                        query.After?.CreatedAt ?? newest!.CreatedAt,
                        query.After?.BackupId ?? newest!.Id,
                        First + query.Limit
                    )
                    : null;
            return new SearchResult([.. hits.Skip(First).Take(query.Limit)], next);
        }
    }
}
