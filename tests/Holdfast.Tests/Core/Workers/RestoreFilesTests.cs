using System.Text;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

/// <summary>Chosen paths of a backup are put back, and the rest of the share is left as it is.</summary>
public sealed class RestoreFilesTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;
    private Backup backup = null!;
    private RawPath root;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        root = core.PathOf(share);
        RawFiles.MakeDirectory(root / "a");
        RawFiles.MakeDirectory(root / "a" / "b");
        RawFiles.Write(root / "a" / "b" / "wanted", "before");
        RawFiles.Write(root / "a" / "b" / "beside", "before");
        RawFiles.Write(root / "top", "before");
        RawFiles.Link(root / "top", root / "second name");
        File.SetUnixFileMode($"{root}/a/b", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        backup = await core.BackUpAsync(share);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_file_alone_is_made_as_it_was()
    {
        ChangeAll();
        Operation ended = await RestoreAsync(["a/b/wanted"]);
        Assert.Equal(
            new()
            {
                ["a/b/wanted"] = "before",
                ["a/b/beside"] = "after",
                ["a/b/new"] = "after",
                ["top"] = "after",
                ["second name"] = "after",
            },
            Contents(root)
        );
        Assert.Equal((OperationKind.RestoreFiles, OperationStatus.Succeeded), (ended.Kind, ended.Status));
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Equal(BackupStatus.Available, (await core.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Fact]
    public async Task A_directory_is_made_exactly_as_it_was_and_nothing_beside_it_is_touched()
    {
        ChangeAll();
        RawFiles.Write(root / "a" / "new", "after");
        _ = await RestoreAsync(["a/b", "a/b/wanted"]);
        Assert.Equal(
            new()
            {
                ["a/b/wanted"] = "before",
                ["a/b/beside"] = "before",
                ["a/new"] = "after",
                ["top"] = "after",
                ["second name"] = "after",
            },
            Contents(root)
        );
    }

    /// <summary>It shares its inode with a name that was not chosen, and that keeps what it has.</summary>
    [Fact]
    public async Task One_name_of_a_file_is_restored_without_the_other()
    {
        ChangeAll();
        _ = await RestoreAsync(["top"]);
        Assert.Equal("before", Contents(root)["top"]);
        Assert.Equal("after", Contents(root)["second name"]);
    }

    [Fact]
    public async Task What_leads_there_and_is_gone_is_made_with_the_owner_and_mode_that_it_had()
    {
        Directory.Delete($"{root}/a", recursive: true);
        _ = await RestoreAsync(["a/b/wanted"]);
        Assert.Equal(
            new()
            {
                ["a/b/wanted"] = "before",
                ["top"] = "before",
                ["second name"] = "before",
            },
            Contents(root)
        );
        Assert.Equal("700", Convert.ToString(RawFiles.Status(root / "a" / "b").Permissions, 8));
    }

    [Fact]
    public async Task Beneath_another_directory_everything_stays_as_it_is_elsewhere()
    {
        ChangeAll();
        Dictionary<string, string> before = Contents(root);
        _ = await RestoreAsync(["a/b/wanted", "top"], into: "saved/today");
        Dictionary<string, string> now = Contents(root);
        Assert.Equal("before", now["saved/today/a/b/wanted"]);
        Assert.Equal("before", now["saved/today/top"]);
        Assert.Equal(before, now.Where(one => !one.Key.StartsWith("saved/", StringComparison.Ordinal)).ToDictionary());
        FileStatus made = RawFiles.Status(root / "saved");
        FileStatus whole = RawFiles.Status(root);
        Assert.Equal((whole.Permissions, whole.Uid, whole.Gid), (made.Permissions, made.Uid, made.Gid));

        // All of it, into a directory that is there.
        _ = await RestoreAsync([""], into: "saved/today");
        Assert.Equal(4, Contents(root / "saved" / "today").Count);
        Assert.Equal("after", Contents(root)["top"]);
    }

    [Fact]
    public async Task Another_share_gets_the_chosen_paths_and_keeps_its_own()
    {
        Share other = await core.ShareAsync();
        RawPath there = core.PathOf(other);
        RawFiles.Write(there / "own", "own");
        _ = await RestoreAsync(["a/b/wanted"], target: other.Id);
        Assert.Equal(new() { ["own"] = "own", ["a/b/wanted"] = "before" }, Contents(there));
    }

    [Fact]
    public async Task A_recipient_restores_to_a_share_of_theirs_alone()
    {
        Caller recipient = CoreFixture.Stranger;
        await core.Sharings.ShareAsync(WorkerFixture.Member, new(backup.Id, [recipient.ProjectId]), default);
        Share theirs = await core.ShareAsync(owner: recipient);
        ServiceError refused = await Assert.ThrowsAsync<ServiceError>(() => QueueAsync(["top"], caller: recipient));
        Assert.Equal(ServiceErrorKind.Forbidden, refused.Kind);
        _ = await RestoreAsync(["top"], target: theirs.Id, caller: recipient);
        Assert.Equal(new() { ["top"] = "before" }, Contents(core.PathOf(theirs)));
    }

    [Fact]
    public async Task What_leads_there_and_is_no_directory_any_more_is_not_removed()
    {
        Directory.Delete($"{root}/a", recursive: true);
        RawFiles.Write(root / "a", "a file now");
        Operation ended = await RestoreAsync(["a/b/wanted", "top"]);
        Assert.Equal(OperationStatus.Failed, ended.Status);
        Assert.Equal("a file now", Contents(root)["a"]);
        Assert.Equal(ShareStatus.BackupRestoringError, (await core.Catalog.ShareAsync(share.Id))!.Status);
        // A part does not make it whole.
        ServiceError refused = await Assert.ThrowsAsync<ServiceError>(() => QueueAsync(["top"]));
        Assert.Equal(ServiceErrorKind.Conflict, refused.Kind);
        _ = await RestoreAsync([""]);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task Where_nothing_was_written_the_share_is_what_it_was()
    {
        RawFiles.Write(root / "taken", "a file");
        Operation ended = await RestoreAsync(["top"], into: "taken/by");
        Assert.Equal(OperationStatus.Failed, ended.Status);
        Assert.Contains("'taken/by'", ended.Message, StringComparison.Ordinal);
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
    }

    [Fact]
    public async Task A_path_that_the_backup_has_not_is_refused_at_once()
    {
        ServiceError refused = await Assert.ThrowsAsync<ServiceError>(() => QueueAsync(["top", "nothing"]));
        Assert.Equal((ServiceErrorKind.Invalid, "The backup has no 'nothing'."), (refused.Kind, refused.Message));
    }

    [Fact]
    public async Task One_whose_worker_died_is_done_by_the_next()
    {
        ChangeAll();
        Operation queued = await QueueAsync(["a/b"]);
        Operation claimed = await core.ClaimAsync();
        await new ClaimedOperation(claimed, core.Queue).BeginToWriteAsync(default);
        await core.ExpireAsync();
        await core.DrainAsync();
        Assert.Equal(OperationStatus.Succeeded, (await FindAsync(queued.Id)).Status);
        Assert.Equal("before", Contents(root)["a/b/wanted"]);
        Assert.Equal("after", Contents(root)["top"]);
    }

    private void ChangeAll()
    {
        foreach (string path in (string[])["a/b/wanted", "a/b/beside", "a/b/new", "top"])
        {
            File.WriteAllText($"{root}/{path}", "after");
        }
    }

    private Task<Operation> QueueAsync(
        string[] paths,
        string? into = null,
        string? target = null,
        Caller? caller = null
    )
    {
        RestoreSelection selection = new(
            [.. paths.Select(Encoding.UTF8.GetBytes)],
            into is null ? null : Encoding.UTF8.GetBytes(into)
        );
        return core.Get<BackupFileService>()
            .RestoreAsync(caller ?? WorkerFixture.Member, backup.Id, target, selection, default);
    }

    /// <returns>The operation, which has ended.</returns>
    private async Task<Operation> RestoreAsync(
        string[] paths,
        string? into = null,
        string? target = null,
        Caller? caller = null
    )
    {
        Operation queued = await QueueAsync(paths, into, target, caller);
        await core.DrainAsync();
        return await FindAsync(queued.Id);
    }

    private async Task<Operation> FindAsync(string id) =>
        (await core.Catalog.ReadAsync(session => session.Operations.FindAsync(id), default))!;

    /// <summary>Of all files beneath, by their paths.</summary>
    private static Dictionary<string, string> Contents(RawPath directory) =>
        Directory
            .EnumerateFiles($"{directory}", "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath($"{directory}", file), File.ReadAllText);
}
