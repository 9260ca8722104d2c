using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Holdfast.Tests.Objects.S3;
using Xunit;

namespace Holdfast.Tests.Cli;

/// <summary><c>holdfast repo</c> on a bucket of a real gateway, beside stock restic on the same bucket.</summary>
[Collection<CephCollection>]
public sealed class S3RepoVerbTests(CephFixture ceph) : IAsyncLifetime
{
    private static readonly TreeComparison Restored = new() { IgnoreRoot = true, IgnoreSockets = true };

    private readonly TemporaryDirectory directory = new();
    private S3Place place = null!;
    private RepoCommand repo = null!;
    private string source = null!;

    public async ValueTask InitializeAsync()
    {
        place = await ceph.Account.NewPlaceAsync();
        repo = new RepoCommand(directory, place.Repository, ceph.Account.Environment);
        source = directory.Make("source");
        NastyTree.Build(source);
    }

    public ValueTask DisposeAsync()
    {
        repo.Restic.Dispose();
        directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_we_back_up_both_check_and_restore()
    {
        await repo.RunAsync("init");
        await repo.RunAsync("backup", source);
        Changes.Apply(source, seed: 1);
        await repo.RunAsync("backup", source);

        await repo.RunAsync("check", "--read-data");
        await repo.RunAsync("restore", $"latest:{source}", "--target", directory["ours"]);
        TreeComparer.AssertEqual(source, directory["ours"], Restored);
        await repo.Restic.CheckAsync();
        await repo.Restic.RestoreAsync($"latest:{source}", directory["theirs"]);
        TreeComparer.AssertEqual(source, directory["theirs"], Restored);
    }

    [Fact]
    public async Task What_restic_backs_up_we_check_restore_and_prune()
    {
        await repo.Restic.InitAsync();
        await repo.Restic.BackupAsync(source);
        Changes.Apply(source, seed: 2);
        await repo.Restic.BackupAsync(source);

        await repo.RunAsync("check", "--read-data");
        await repo.RunAsync("forget", "--keep-last", "1", "--prune");
        await repo.RunAsync("restore", $"latest:{source}", "--target", directory["ours"]);
        TreeComparer.AssertEqual(source, directory["ours"], Restored);
        await repo.Restic.CheckAsync();
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_said()
    {
        string nowhere = (place with { Bucket = "never-made" }).Repository;
        ProcessResult result = await repo.TryAsync("--repo", nowhere, "init");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("There is no bucket 'never-made'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_said_and_not_shown()
    {
        Dictionary<string, string?> environment = new(ceph.Account.Environment)
        {
            ["AWS_SECRET_ACCESS_KEY"] = "not the secret",
        };
        var other = new RepoCommand(directory, repo.Repository, environment);
        ProcessResult result = await other.TryAsync("init");
        other.Restic.Dispose();

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("AWS_SECRET_ACCESS_KEY", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not the secret", result.Error + result.Output, StringComparison.Ordinal);
    }
}
