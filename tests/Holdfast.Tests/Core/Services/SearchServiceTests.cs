using System.Text;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class SearchServiceTests
{
    [Theory]
    [InlineData(1, 1, long.MaxValue)]
    [InlineData(2, 3, long.MaxValue)]
    [InlineData(3, 1, long.MaxValue)]
    [InlineData(200, 1000, 1)]
    [InlineData(200, 1000, 9)]
    [InlineData(200, 1000, long.MaxValue)]
    public async Task Pages_of_whatever_size_are_the_same_list(int backups, int limit, long bytes)
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        string directory = core.PathOf(share);
        Backup[] made = new Backup[6];
        RawFiles.MakeDirectory($"{directory}/d");
        foreach ((int number, string[] files) in Steps.Index())
        {
            foreach (string file in RawFiles.Walk(directory).Select(path => $"{path}").Where(path => path != "d"))
            {
                RawFiles.Delete($"{directory}/{file}");
            }
            foreach (string file in files)
            {
                RawFiles.Write($"{directory}/{file}", file);
            }
            made[number] = await BackUpAsync(core, share);
        }
        // Neither stands in the way of what is older.
        await SetStatusAsync(core, made[3], BackupStatus.Error);
        (int, string)[] expected = [(5, "d/a1"), (5, "d/a2"), (4, "d/a3"), (2, "d/a4"), (1, "d/a1"), (0, "a0")];

        using NameIndexes indexes = new();
        SearchService search = Make(core, indexes, backups, bytes);
        SearchQuery query = new()
        {
            Name = "a?",
            ShareId = share.Id,
            Limit = limit,
        };
        List<(int, string)> found = [];
        int pages = 0;
        do
        {
            SearchResult page = await search.SearchAsync(WorkerFixture.Member, query, default);
            Assert.InRange(page.Hits.Count, backups < made.Length ? 0 : 1, limit);
            Assert.True(page.Hits.SkipLast(1).Sum(hit => hit.Entry.Path.Length) < bytes);
            found.AddRange(page.Hits.Select(hit => (Array.FindIndex(made, one => one.Id == hit.Backup.Id), Text(hit))));
            query = query with { After = page.Next };
            pages++;
        } while (query.After is not null);
        Assert.Equal(expected, found);
        Assert.Equal(backups == 200 && bytes == long.MaxValue, pages == 1);
    }

    [Fact]
    public async Task A_page_goes_on_where_its_backup_was_removed()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        string directory = core.PathOf(share);
        RawFiles.Write($"{directory}/a1", "");
        Backup first = await BackUpAsync(core, share);
        RawFiles.Delete($"{directory}/a1");
        RawFiles.Write($"{directory}/a2", "");
        RawFiles.Write($"{directory}/a3", "");
        Backup second = await BackUpAsync(core, share);
        using NameIndexes indexes = new();
        SearchService search = Make(core, indexes);
        SearchQuery query = new()
        {
            Name = "a",
            ShareId = share.Id,
            Limit = 1,
        };
        SearchPlace place = (await search.SearchAsync(WorkerFixture.Member, query, default)).Next!;
        Assert.Equal((second.Id, 1), (place.BackupId, place.Entry));
        await SetStatusAsync(core, second, BackupStatus.Deleting);
        SearchResult rest = await search.SearchAsync(WorkerFixture.Member, query with { After = place }, default);
        Assert.Equal((first.Id, "a1"), (Assert.Single(rest.Hits).Backup.Id, Text(rest.Hits[0])));
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task A_place_that_no_page_gave_is_refused()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        RawFiles.Write($"{core.PathOf(share)}/a", "");
        Backup backup = await BackUpAsync(core, share);
        using NameIndexes indexes = new();
        SearchService search = Make(core, indexes);
        foreach (bool one in new[] { true, false })
        {
            SearchQuery query = new()
            {
                Name = "a",
                BackupId = one ? backup.Id : null,
                ShareId = one ? null : share.Id,
                Limit = 1000,
                After = new SearchPlace(backup.CreatedAt, backup.Id, int.MaxValue),
            };
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
                search.SearchAsync(WorkerFixture.Member, query, default)
            );
            Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        }
    }

    [Fact]
    public async Task A_page_of_changes_ends_with_the_bytes_of_its_paths()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        Backup first = await BackUpAsync(core, share);
        string[] names = ["a", "b", "c"];
        Array.ForEach(names, name => RawFiles.Write($"{core.PathOf(share)}/{name}", ""));
        Backup second = await BackUpAsync(core, share);
        BackupFileService files = new(
            core.Catalog,
            new(),
            core.Get<BackupReading>(),
            core.Backups,
            core.Get<DownloadLimit>(),
            core.Time
        )
        {
            MostPathBytes = 2,
        };
        Task<BackupChanges> ChangesAsync(string behind) =>
            files.ChangesAsync(
                WorkerFixture.Member,
                second.Id,
                first.Id,
                Encoding.UTF8.GetBytes(behind),
                metadata: false,
                limit: 1000,
                default
            );
        BackupChanges page = await ChangesAsync("");
        Assert.Equal((true, "a b"), (page.More, Paths(page)));
        BackupChanges rest = await ChangesAsync("b");
        Assert.Equal((false, "c"), (rest.More, Paths(rest)));
    }

    /// <summary>What the share has at each of its backups.</summary>
    private static readonly string[][] Steps =
    [
        ["a0", "d/a1"],
        ["d/a1"],
        ["d/a4"],
        ["d/a1", "a9"],
        ["d/a2", "d/a3"],
        ["d/a1", "d/a2"],
    ];

    private static string Paths(BackupChanges page) =>
        string.Join(' ', page.Changes.Select(change => Encoding.UTF8.GetString(change.Path)));

    private static string Text(SearchHit hit) => Encoding.UTF8.GetString(hit.Entry.Path);

    private static async Task<Backup> BackUpAsync(WorkerFixture core, Share share)
    {
        core.Time.Advance(TimeSpan.FromSeconds(1));
        return await core.BackUpAsync(share);
    }

    private static Task<int> SetStatusAsync(WorkerFixture core, Backup backup, string status) =>
        core.Catalog.WriteAsync(
            session =>
                session.ExecuteAsync(
                    "UPDATE backups SET status = @status WHERE id = @id",
                    new { status, id = backup.Id }
                ),
            default
        );

    private static SearchService Make(
        WorkerFixture core,
        NameIndexes indexes,
        int backups = 200,
        long bytes = long.MaxValue
    ) =>
        new(core.Catalog, new(), core.Get<BackupReading>(), indexes, core.Get<DownloadLimit>(), core.Time)
        {
            MostBackups = backups,
            MostPathBytes = bytes,
        };
}
