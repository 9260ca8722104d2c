using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>The names in a large backup are kept with it, and gone with it; a search finds the same without them.</summary>
public sealed class SnapshotNamesTests
{
    /// <summary>With directories, below the number at which names are kept, and above it.</summary>
    private const int Few = 19_990;
    private const int Many = 20_001;

    [Fact]
    public async Task They_come_and_go_with_the_backup_and_are_never_needed()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        string directory = core.PathOf(share);
        await FillAsync(directory, 0..Few);
        Backup small = await BackUpAsync(core, share);
        Assert.Empty(KeptIn(core));

        await FillAsync(directory, Few..Many);
        await File.WriteAllTextAsync(Path.Join(directory, "one more"), "");
        Backup first = await BackUpAsync(core, share);
        Backup same = await BackUpAsync(core, share);
        await File.WriteAllTextAsync(Path.Join(directory, "and another"), "");
        Backup changed = await BackUpAsync(core, share);
        Assert.Equal(new[] { first, same, changed }.Select(backup => backup.SnapshotId).Order(), KeptIn(core));
        Assert.Equal(
            await File.ReadAllBytesAsync(PathOf(core, first)),
            await File.ReadAllBytesAsync(PathOf(core, same))
        );
        foreach (Backup backup in new[] { small, first, same, changed })
        {
            bool has = backup.Id != small.Id;
            Assert.Equal(has ? ["one more"] : [], await SearchAsync(core, backup, "one more"));
        }

        await core.Backups.DeleteAsync(WorkerFixture.Member, first.Id, default);
        await core.DrainAsync();
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.QueueReapOfProjectAsync(Rows.Project, core.Time.GetUtcNow());
                return true;
            },
            default
        );
        await core.DrainAsync();
        Assert.Equal(new[] { same, changed }.Select(backup => backup.SnapshotId).Order(), KeptIn(core));

        // Without them, or with what is damaged, the directories themselves are read.
        File.Delete(PathOf(core, same));
        byte[] bytes = await File.ReadAllBytesAsync(PathOf(core, changed));
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(PathOf(core, changed));
        await File.WriteAllBytesAsync(PathOf(core, changed), bytes);
        Assert.Equal(["one more"], await SearchAsync(core, same, "one more"));
        Assert.Equal(["and another"], await SearchAsync(core, changed, "AND"));
    }

    [Fact]
    public async Task A_backup_whose_names_cannot_be_kept_is_made()
    {
        await using WorkerFixture core = await WorkerFixture.MakeAsync();
        Share share = await core.ShareAsync();
        await FillAsync(core.PathOf(share), 0..Many);
        core.Store.Fail(StoreCall.Put, Fault.Permanently, times: int.MaxValue, beneath: $"{Rows.Project}/names/");
        Backup made = await BackUpAsync(core, share);
        Assert.Equal(BackupStatus.Available, made.Status);
        Assert.Empty(KeptIn(core));
        Assert.Equal(["file 20000"], await SearchAsync(core, made, "file 20000"));
    }

    private static async Task FillAsync(string directory, Range numbers)
    {
        for (int number = numbers.Start.Value; number < numbers.End.Value; number++)
        {
            await File.WriteAllBytesAsync(Path.Join(directory, $"file {number}"), []);
        }
    }

    private static async Task<Backup> BackUpAsync(WorkerFixture core, Share share)
    {
        core.Time.Advance(TimeSpan.FromSeconds(1));
        return await core.BackUpAsync(share);
    }

    /// <summary>By a node that has just started.</summary>
    private static async Task<IEnumerable<string>> SearchAsync(WorkerFixture core, Backup backup, string name)
    {
        using NameIndexes indexes = new();
        SearchService search = new(
            core.Catalog,
            new(),
            core.Get<BackupReading>(),
            indexes,
            core.Get<DownloadLimit>(),
            core.Time
        );
        SearchQuery query = new()
        {
            Name = name,
            BackupId = backup.Id,
            Limit = 10,
        };
        SearchResult found = await search.SearchAsync(WorkerFixture.Member, query, default);
        return found.Hits.Select(hit => System.Text.Encoding.UTF8.GetString(hit.Entry.Path));
    }

    private static IEnumerable<string> KeptIn(WorkerFixture core) =>
        Directory.Exists(Folder(core)) ? Directory.EnumerateFiles(Folder(core)).Select(Path.GetFileName).Order()! : [];

    private static string PathOf(WorkerFixture core, Backup backup) => Path.Join(Folder(core), backup.SnapshotId);

    private static string Folder(WorkerFixture core) => core.Directory[$"store/{Rows.Project}/names"];
}
