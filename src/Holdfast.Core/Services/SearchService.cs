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

/// <summary>Where a search goes on.</summary>
/// <param name="CreatedAt">The backup's: newer ones are done with.</param>
/// <param name="Entry">How many of the backup's entries are done with.</param>
public sealed record SearchPlace(DateTimeOffset CreatedAt, string BackupId, int Entry);

/// <summary>An entry, and the backup that it was found in.</summary>
public sealed record SearchHit(Backup Backup, FoundEntry Entry);

/// <param name="Hits">Fewer than were asked for, or none, where there was much to look into.</param>
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
    /// <summary>A page ends with the entry whose path reaches it. A path may have a mebibyte.</summary>
    internal long MostPathBytes { get; init; } = 8 << 20;

    /// <summary>For one page.</summary>
    internal int MostBackups { get; init; } = 200;

    /// <summary>
    /// Newest backups first, and in each the order of a walk. A path that the backup before has too is left out: it is found in the
    /// newest backup that has it, and once more where it was away in between.
    /// </summary>
    public async Task<SearchResult> SearchAsync(Caller caller, SearchQuery query, CancellationToken cancellationToken)
    {
        policy.Require(caller, "backup_file:get");
        if ((query.BackupId is null) == (query.ShareId is null))
        {
            throw ServiceError.Invalid("Name one of 'backup_id' and 'share_id': where to look.");
        }
        Search search = new(query, PatternOf(query.Name), MostPathBytes);
        using IDisposable place = limits.Begin(caller.ProjectId);
        Part part;
        if (query.BackupId is { } id)
        {
            (Backup backup, Sharing? given) = await catalog.FindReadableAsync(caller, id, time, cancellationToken);
            if (query.After is { } after && after.BackupId != id)
            {
                throw UnknownCursor();
            }
            await catalog.NoteLookAsync(caller, backup, given, time, cancellationToken);
            part = new Part(null, [backup], null) { IsOne = true };
        }
        else
        {
            part = await catalog.ReadAsync(
                session => PartAsync(session, caller.ProjectId, query.ShareId!, query.After),
                cancellationToken
            );
            if (part.Backups.Count == 0)
            {
                await catalog.RequireKnownShareAsync(caller, query.ShareId!, cancellationToken);
            }
        }
        await LookIntoAsync(search, caller.ProjectId, part, cancellationToken);
        SearchPlace? behind = part.Behind is { } next ? new(next.CreatedAt, next.Id, 0) : null;
        return new SearchResult(search.Hits, search.Next ?? behind);
    }

    /// <summary>The share's backups that one page is about.</summary>
    private async Task<Part> PartAsync(ICatalogSession session, string project, string share, SearchPlace? place)
    {
        BackupFilter filter = new() { ProjectId = project, ShareId = share };
        // What was removed since an earlier page is passed over.
        Backup? first =
            place is not null
            && await session.Backups.FindAsync(place.BackupId) is { } found
            && (found.ProjectId, found.ShareId, found.CreatedAt) == (project, share, place.CreatedAt)
                ? found
                : null;
        RowOrder<Backup> order = new(new SortColumn<Backup>("created_at", row => row.CreatedAt), Descending: true)
        {
            After = place is null ? null : new RowPlace(place.CreatedAt, place.BackupId),
        };
        List<Backup> rows = first is null ? [] : [first];
        rows.AddRange(await session.Backups.ListAsync(filter, order with { Limit = MostBackups + 1 }));
        return new Part(
            place is null ? null : await FindNewerAsync(session, filter, order with { Descending = false }),
            [.. rows.Take(MostBackups).Where(BackupRules.CanBeRead)],
            rows.Count > MostBackups ? rows[MostBackups] : null
        );
    }

    /// <returns>The first of the order that can be read; null when there is none.</returns>
    private async Task<Backup?> FindNewerAsync(ICatalogSession session, BackupFilter filter, RowOrder<Backup> order)
    {
        RowList<Backup> rows;
        do
        {
            rows = await order.PageAsync(MostBackups, page => session.Backups.ListAsync(filter, page));
            if (rows.Rows.FirstOrDefault(BackupRules.CanBeRead) is { } newer)
            {
                return newer;
            }
            order = order with { After = rows.More ? new RowPlace(rows.Rows[^1].CreatedAt, rows.Rows[^1].Id) : null };
        } while (rows.More);
        return null;
    }

    /// <param name="caller">The project that searches.</param>
    private async Task LookIntoAsync(Search search, string caller, Part part, CancellationToken cancellationToken)
    {
        if (part.Backups.Count == 0)
        {
            return;
        }
        await using OpenProject project = await reading.OpenProjectAsync(part.Backups[0], cancellationToken);
        OpenBackup? newer = part.Newer is { } before ? await TryOpenAsync(project, before, cancellationToken) : null;
        foreach (Backup backup in part.Backups)
        {
            OpenBackup? open = part.IsOne
                ? await project.OpenAsync(backup, cancellationToken)
                : await TryOpenAsync(project, backup, cancellationToken);
            if (open is null || open.Tree == newer?.Tree)
            {
                continue;
            }
            NameIndex names = await open.NamesAsync(indexes, caller, cancellationToken);
            NameIndex? unless = newer is null ? null : await newer.NamesAsync(indexes, caller, cancellationToken);
            NameSearch next = search.In(backup) with { Unless = unless };
            if (next.From > names.Count)
            {
                throw UnknownCursor();
            }
            search.Add(backup, open.Find(names, next, cancellationToken));
            if (search.Next is not null)
            {
                return;
            }
            newer = open;
        }
    }

    /// <returns>Null where the backup was deleted meanwhile.</returns>
    private static async Task<OpenBackup?> TryOpenAsync(
        OpenProject project,
        Backup backup,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await project.OpenAsync(backup, cancellationToken);
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.NotFound)
        {
            return null;
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

    private static ServiceError UnknownCursor() =>
        ServiceError.Invalid("'cursor' is not one that a list here has given.");

    /// <param name="Newer">The one before the first, which can be read; null when there is none.</param>
    /// <param name="Backups">Those that can be read, newest first.</param>
    /// <param name="Behind">The one behind them; null when there is none.</param>
    private sealed record Part(Backup? Newer, IReadOnlyList<Backup> Backups, Backup? Behind)
    {
        /// <summary>It is about the one backup that was named, which must be there.</summary>
        public bool IsOne { get; init; }
    }

    /// <summary>What was found so far, and what is wanted beside it.</summary>
    private sealed class Search(SearchQuery query, NamePattern pattern, long mostBytes)
    {
        private readonly List<SearchHit> hits = [];
        private long bytes;

        public IReadOnlyList<SearchHit> Hits => hits;

        /// <summary>Null as long as the page has room.</summary>
        public SearchPlace? Next { get; private set; }

        public NameSearch In(Backup backup) =>
            new(pattern)
            {
                Type = OpenBackup.TypeOf(query.Type),
                From = query.After is { } after && after.BackupId == backup.Id ? after.Entry : 0,
                Most = query.Limit - hits.Count,
                MostBytes = mostBytes - bytes,
            };

        public void Add(Backup backup, NameHits found)
        {
            foreach (NameHit hit in found.Hits)
            {
                bytes += hit.Path.Length;
                hits.Add(new SearchHit(backup, new FoundEntry(hit)));
            }
            Next = found.Next is { } next ? new(backup.CreatedAt, backup.Id, (int)next) : null;
        }
    }
}
