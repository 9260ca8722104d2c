using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Objects.Local;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary><c>holdfast repo</c> as people and scripts use it: the real process, beside stock restic.</summary>
public sealed class RepoVerbTests : IDisposable
{
    private static readonly string[] NodeMembers = ["path", "type", "mode", "permissions", "uid", "inode", "size"];

    private const int Hangup = 1;
    private const int Interrupt = 2;

    private readonly TemporaryDirectory directory = new();
    private readonly RepoCommand repo;
    private readonly string source;

    public RepoVerbTests()
    {
        repo = new RepoCommand(directory);
        source = directory.Make("source");
    }

    public void Dispose()
    {
        repo.Restic.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task A_nasty_tree_goes_in_and_comes_out_and_restic_agrees()
    {
        NastyTree.Build(source);
        await repo.RunAsync("init");
        JsonElement backup = await repo.JsonAsync("backup", source, "--tag", "a,b", "--host", "here");
        Assert.Equal("summary", backup.GetProperty("message_type").GetString());
        string snapshot = backup.GetProperty("snapshot_id").GetString()!;

        await repo.RunAsync("restore", $"latest:{source}", "--target", directory["ours"], "--tag", "b");
        // As with restic, the named folder's own metadata stays behind.
        var comparison = new TreeComparison { IgnoreRoot = true, IgnoreSockets = true };
        TreeComparer.AssertEqual(source, directory["ours"], comparison);
        await repo.RunAsync("check", "--read-data");
        await repo.Restic.CheckAsync();
        await repo.Restic.RestoreAsync($"{snapshot}:{source}", directory["theirs"]);
        TreeComparer.AssertEqual(source, directory["theirs"], comparison);
    }

    [Fact]
    public async Task A_pipe_gets_no_progress()
    {
        await repo.RunAsync("init");
        ProcessResult backup = await repo.TryAsync("backup", source);
        Assert.Equal((0, ""), (backup.ExitCode, backup.Error));
        Assert.DoesNotContain('\u001b', backup.Output);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_as_it_was_is_told_and_the_rest_is_stored()
    {
        await using (FileStream hole = File.Create(Path.Combine(source, "too large")))
        {
            hole.SetLength(3L << 40);
        }
        await File.WriteAllTextAsync(Path.Combine(source, "small"), "content");
        await repo.RunAsync("init");
        ProcessResult backup = await repo.TryAsync("backup", source, "--json");
        Assert.Equal(3, backup.ExitCode);
        using JsonDocument problem = JsonDocument.Parse(backup.Output.Split('\n')[0]);
        Assert.Equal("error", problem.RootElement.GetProperty("message_type").GetString());
        Assert.EndsWith("/too large", problem.RootElement.GetProperty("item").GetString());
        Assert.Contains("/small", await repo.RunAsync("ls", "latest"));
    }

    [Fact]
    public async Task A_whole_path_is_restored_beneath_the_target()
    {
        await File.WriteAllTextAsync(Path.Combine(source, "file"), "content");
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);
        await repo.RunAsync("restore", "latest", "--target", directory["target"]);
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Join(directory["target"], source, "file")));
    }

    [Fact]
    public async Task Snapshots_are_listed_with_the_members_that_restic_lists()
    {
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source, "--tag", "x", "--time", "2024-01-02 03:04:05");
        using JsonDocument ours = JsonDocument.Parse(await repo.RunAsync("snapshots", "--json"));
        using JsonDocument theirs = JsonDocument.Parse(await repo.Restic.RunAsync("snapshots", "--json"));
        foreach (JsonProperty member in theirs.RootElement[0].EnumerateObject().Where(m => m.Name != "summary"))
        {
            Assert.Equal(member.Value.ToString(), ours.RootElement[0].GetProperty(member.Name).ToString());
        }
        Assert.Contains("2024-01-02 03:04:05", await repo.RunAsync("snapshots"));
        Assert.Contains("0 snapshots", await repo.RunAsync("snapshots", "--tag", "y"));
    }

    [Fact]
    public async Task Ls_lists_what_restic_lists()
    {
        NastyTree.Build(source);
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);
        foreach (string[] folders in new string[][] { [], [source], [$"{source}/names", "--recursive"] })
        {
            SortedSet<string> theirs = Nodes(await repo.Restic.RunAsync(["ls", "latest", "--json", .. folders]));
            SortedSet<string> ours = Nodes(await repo.RunAsync(["ls", "latest", "--json", .. folders]));
            Assert.Empty(theirs.Except(ours));
            Assert.Empty(ours.Except(theirs));
        }
    }

    [Fact]
    public async Task Forget_and_prune_give_the_space_back()
    {
        await repo.RunAsync("init");
        for (int i = 1; i <= 3; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, "file"), SampleBlobs.Noise(new Random(i), 3_000_000));
            await repo.RunAsync("backup", source, "--time", $"2024-0{i}-01 00:00:00");
        }
        string planned = await repo.RunAsync("forget", "--keep-last", "1", "--dry-run", "--json");
        using JsonDocument plan = JsonDocument.Parse(planned);
        Assert.Equal(2, plan.RootElement[0].GetProperty("remove").GetArrayLength());
        Assert.Equal(3, (await SnapshotIdsAsync()).Count);

        JsonElement dryRun = await repo.JsonAsync("forget", "--keep-last", "1", "--prune", "--dry-run");
        Assert.True(dryRun.GetProperty("plan").GetProperty("bytes_to_free").GetInt64() > 5_000_000);
        JsonElement done = await repo.JsonAsync("forget", "--keep-last", "1", "--prune");
        Assert.True(done.GetProperty("done").GetProperty("bytes_freed").GetInt64() > 5_000_000);
        Assert.Single(await SnapshotIdsAsync());
        await repo.Restic.CheckAsync();

        JsonElement stats = await repo.JsonAsync("stats");
        Assert.Equal(3_000_000, stats.GetProperty("total_size").GetInt64());
        Assert.Equal(1, stats.GetProperty("snapshots_count").GetInt32());
    }

    [Fact]
    public async Task Prune_and_check_tell_how_far_they_are()
    {
        await repo.RunAsync("init");
        for (int i = 1; i <= 2; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, "file"), SampleBlobs.Noise(new Random(i), 3_000_000));
            await repo.RunAsync("backup", source, "--time", $"2024-0{i}-01 00:00:00");
        }
        await repo.RunAsync("forget", "--keep-last", "1");

        string[] ofCheck = ["loading_index", "checking_trees", "reading_packs"];
        Assert.Equal(ofCheck, await PhasesAsync("check", "--read-data"));
        string[] ofPlan = ["loading_index", "finding_used_blobs", "planning"];
        Assert.Equal(ofPlan, await PhasesAsync("prune", "--max-unused", "0", "--dry-run"));
        Assert.Equal([.. ofPlan, "deleting"], (await PhasesAsync("prune", "--max-unused", "0")).Except(["repacking"]));
        Assert.DoesNotContain("status", await repo.RunAsync("prune", "--json", "--quiet"));

        async Task<IEnumerable<string>> PhasesAsync(params string[] verb)
        {
            string[] lines = (await repo.RunAsync([.. verb, "--json"])).TrimEnd().Split('\n');
            Assert.Equal("summary", JsonDocument.Parse(lines[^1]).RootElement.GetProperty("message_type").GetString());
            List<JsonElement> told = [.. lines.SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement)];
            Assert.All(
                told.Where(one => one.GetProperty("message_type").GetString() == "status"),
                one =>
                {
                    Assert.InRange(one.GetProperty("percent_done").GetDouble(), 0, 1);
                    Assert.True(one.GetProperty("seconds_elapsed").GetInt64() >= 0);
                    Assert.True(one.TryGetProperty("bytes_done", out _) || one.TryGetProperty("items_done", out _));
                }
            );
            return told.Where(one => one.TryGetProperty("phase", out _))
                .Select(one => one.GetProperty("phase").GetString()!)
                .Distinct();
        }
    }

    [Fact]
    public async Task Stats_are_those_of_restic()
    {
        NastyTree.Build(source);
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);
        JsonElement ours = await repo.JsonAsync("stats");
        using JsonDocument theirs = JsonDocument.Parse(await repo.Restic.RunAsync("stats", "--json"));
        using JsonDocument raw = JsonDocument.Parse(
            await repo.Restic.RunAsync("stats", "--json", "--mode", "raw-data")
        );
        Assert.Equal(
            theirs.RootElement.GetProperty("total_size").GetInt64(),
            ours.GetProperty("total_size").GetInt64()
        );
        Assert.Equal(
            theirs.RootElement.GetProperty("total_file_count").GetInt64(),
            ours.GetProperty("total_file_count").GetInt64()
        );
        Assert.Equal(raw.RootElement.GetProperty("total_size").GetInt64(), ours.GetProperty("stored_size").GetInt64());
        Assert.Equal(
            raw.RootElement.GetProperty("total_blob_count").GetInt64(),
            ours.GetProperty("total_blob_count").GetInt64()
        );
    }

    [Fact]
    public async Task Exit_codes_are_those_of_restic()
    {
        ProcessResult missing = await repo.TryAsync("snapshots", "--json");
        Assert.Equal(10, missing.ExitCode);
        using JsonDocument error = JsonDocument.Parse(missing.Error);
        Assert.Equal(10, error.RootElement.GetProperty("code").GetInt32());

        await repo.RunAsync("init");
        Assert.Equal(1, (await repo.TryAsync("init")).ExitCode);
        await File.WriteAllTextAsync(directory["wrong"], "wrong");
        Assert.Equal(12, (await repo.TryAsync("snapshots", "--password-file", directory["wrong"])).ExitCode);
        Assert.Equal(1, (await repo.TryAsync("restore", "latest", "--target", directory["x"])).ExitCode);
        Assert.Equal(1, (await repo.TryAsync("forget")).ExitCode);
        Assert.Equal(1, (await repo.TryAsync("backup", directory["nothing-here"])).ExitCode);
        ProcessResult elsewhere = await repo.TryAsync("snapshots", "--repo", "sftp:host:/repository");
        Assert.Equal(1, elsewhere.ExitCode);
        Assert.Contains("not supported", elsewhere.Error);

        await using (await LockAsync(exclusive: true))
        {
            ProcessResult locked = await repo.TryAsync("backup", source);
            Assert.Equal(11, locked.ExitCode);
            Assert.Equal(0, (await repo.TryAsync("snapshots", "--no-lock")).ExitCode);
        }
        Assert.Equal(0, (await repo.TryAsync("backup", source)).ExitCode);
    }

    [Fact]
    public async Task A_damaged_repository_fails_its_check()
    {
        await File.WriteAllBytesAsync(Path.Combine(source, "file"), SampleBlobs.Noise(new Random(1), 100_000));
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);
        string pack = Directory
            .EnumerateFiles(Path.Combine(repo.Repository, "data"), "*", SearchOption.AllDirectories)
            .MaxBy(file => new FileInfo(file).Length)!;
        byte[] content = await File.ReadAllBytesAsync(pack);
        content[50_000] ^= 1;
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, content);

        Assert.Equal(0, (await repo.TryAsync("check")).ExitCode);
        int part = Convert.FromHexString(Path.GetFileName(pack))[0] % 2;
        Assert.Equal(1, (await repo.TryAsync("check", "--read-data-subset", $"{part + 1}/2")).ExitCode);
        Assert.Equal(0, (await repo.TryAsync("check", "--read-data-subset", $"{2 - part}/2")).ExitCode);
        ProcessResult found = await repo.TryAsync("check", "--read-data", "--json");
        Assert.Equal(1, found.ExitCode);
        string first = found.Output.Split('\n').First(line => line.Contains("\"finding\""));
        using JsonDocument finding = JsonDocument.Parse(first);
        Assert.Equal("damaged_pack", finding.RootElement.GetProperty("kind").GetString());
        Assert.Equal("error", finding.RootElement.GetProperty("severity").GetString());
        ProcessResult restored = await repo.TryAsync("restore", "latest", "--target", directory["target"]);
        Assert.Equal(1, restored.ExitCode);
        Assert.Contains("/file", restored.Error);
    }

    [Fact]
    public async Task What_makes_a_file_changed_can_be_told()
    {
        string file = Path.Combine(source, "file");
        DateTime time = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        await File.WriteAllTextAsync(file, "content");
        File.SetLastWriteTimeUtc(file, time);
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);

        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.Equal((1, 0), await CountsAsync("--ignore-ctime"));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal((0, 1), await CountsAsync());

        File.Copy(file, $"{file}.new");
        File.SetLastWriteTimeUtc($"{file}.new", time);
        File.Move($"{file}.new", file, overwrite: true);
        Assert.Equal((1, 0), await CountsAsync("--ignore-inode"));
        await File.AppendAllTextAsync(file, " and more");
        Assert.Equal((0, 1), await CountsAsync("--ignore-inode"));

        async Task<(int Unmodified, int Changed)> CountsAsync(params string[] options)
        {
            JsonElement summary = await repo.JsonAsync(["backup", source, .. options]);
            return (
                summary.GetProperty("files_unmodified").GetInt32(),
                summary.GetProperty("files_changed").GetInt32()
            );
        }
    }

    [Fact]
    public async Task An_unknown_word_gets_a_suggestion()
    {
        ProcessResult result = await repo.TryAsync("snapshot");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("did you mean 'snapshots'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hangup_does_not_end_it_and_an_interrupt_does()
    {
        await repo.RunAsync("init");
        RepositoryLock held = await LockAsync(exclusive: true);

        await using ChildProcess interrupted = repo.Start("snapshots", "--retry-lock", "1h");
        await Waits(interrupted);
        interrupted.Signal(Interrupt);
        ProcessResult ended = await interrupted.WaitForExitAsync();
        Assert.Equal(130, ended.ExitCode);
        Assert.Equal("holdfast: interrupted", ended.Error);

        await using ChildProcess hungUp = repo.Start("snapshots", "--retry-lock", "1h");
        await Waits(hungUp);
        hungUp.Signal(Hangup);
        await held.DisposeAsync();
        Assert.Equal(0, (await hungUp.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task An_interrupt_in_the_middle_of_a_backup_leaves_no_lock_and_no_snapshot()
    {
        await repo.RunAsync("init");
        // Long enough to be in the middle of for a while: a million blobs of nothing.
        await using (FileStream hole = File.Create(Path.Combine(source, "hole")))
        {
            hole.SetLength(1L << 39);
        }
        await using ChildProcess backup = repo.Start("backup", source);
        string locks = Directory.CreateDirectory(Path.Combine(repo.Repository, "locks")).FullName;
        await Eventually.HoldsAsync(
            "the backup holds a lock",
            () => Task.FromResult(Directory.EnumerateFiles(locks).Any() || backup.HasExited)
        );
        backup.Signal(Interrupt);
        Assert.Equal(130, (await backup.WaitForExitAsync()).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(locks));
        Assert.Empty(await SnapshotIdsAsync());
        await repo.RunAsync("check", "--read-data");
    }

    // restic leaves out what is zero.
    private static string Member(JsonElement node, string name) =>
        node.TryGetProperty(name, out JsonElement value) ? value.ToString() : "0";

    private static SortedSet<string> Nodes(string lines) =>
        [
            .. lines
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Where(node => node.GetProperty("message_type").GetString() == "node")
                .Select(node => string.Join(' ', NodeMembers.Select(name => Member(node, name)))),
        ];

    private static Task Waits(ChildProcess process) =>
        Eventually.HoldsAsync(
            "the verb waits for the lock",
            () => Task.FromResult(process.Output.Contains("Waiting", StringComparison.Ordinal))
        );

    private async Task<RepositoryLock> LockAsync(bool exclusive)
    {
        Repository opened = await Repository.OpenAsync(
            new LocalObjectStore(repo.Repository),
            "correct horse",
            new RepositoryOptions(),
            default
        );
        return await opened.LockAsync(exclusive, default);
    }

    private async Task<IReadOnlyList<string>> SnapshotIdsAsync()
    {
        using JsonDocument snapshots = JsonDocument.Parse(await repo.RunAsync("snapshots", "--json"));
        return [.. snapshots.RootElement.EnumerateArray().Select(snapshot => snapshot.GetProperty("id").GetString()!)];
    }
}
