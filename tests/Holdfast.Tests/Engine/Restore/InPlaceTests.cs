using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A backup of ours, restored over the very files that it was taken of.</summary>
public sealed class InPlaceTests
{
    [Fact]
    public async Task TheSourceIsMadeWhatItWas()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        NastyTree.Build(scene.Source);
        BackupReport backup = await scene.RunAsync();
        string copy = scene.Beside("copy");
        await RestoreAsync(scene, backup, copy);
        TreeComparer.AssertEqual(scene.Source, copy, BackedUpTree.Equality);
        Changes.Apply(scene.Source, seed: 9);
        RestoreReport report = await RestoreAsync(scene, backup, scene.Source);
        TreeComparer.AssertEqual(copy, scene.Source, BackedUpTree.Equality);
        Assert.True(report.BytesWritten > 0);
    }

    /// <summary>
    /// What the backup itself would call unchanged is not read, unless somebody asks, or it changed within the second
    /// in which the backup began. Told by a backup that says of the same inode what it never held.
    /// </summary>
    [Theory]
    [InlineData(false, 1, false)]
    [InlineData(true, 1, true)]
    [InlineData(false, 0, true)]
    public async Task WhatNobodyChangedIsReadOnlyWhenItMustBe(bool readUnchanged, int secondsLater, bool expected)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "the content\n");
        RawFiles.Write(scene["other"], "other bytes\n");
        BackupReport backup = await scene.RunAsync();
        Node file = await scene.FindAsync(backup, "file");
        Node other = await scene.FindAsync(backup, "other");
        Id tree = await CraftedTree.SaveAsync(scene.Repository, file with { Content = other.Content! });
        var time = DateTimeOffset.FromUnixTimeSeconds(file.ChangeTime.Seconds + secondsLater);
        var options = new RestoreOptions { ReadUnchanged = readUnchanged };
        var source = new RestoreSource(tree, null, time);
        await new TreeRestore(scene.Repository, source, scene.Source, options).RunAsync(default);
        string content = await File.ReadAllTextAsync(Path.Combine(scene.Source, "file"));
        Assert.Equal(expected ? "other bytes\n" : "the content\n", content);
    }

    /// <summary>A backup that recorded no device, told as above.</summary>
    [Theory]
    [InlineData(true, "the content\n")]
    [InlineData(false, "other bytes\n")]
    public async Task WithoutADeviceTheCallerSaysWhetherItIsTheSource(bool overSource, string expected)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "the content\n");
        RawFiles.Write(scene["other"], "other bytes\n");
        BackupReport backup = await scene.RunAsync(options: new BackupOptions { RecordDevice = false });
        Node file = await scene.FindAsync(backup, "file");
        Node other = await scene.FindAsync(backup, "other");
        Id tree = await CraftedTree.SaveAsync(scene.Repository, file with { Content = other.Content! });
        var source = new RestoreSource(tree, null, DateTimeOffset.FromUnixTimeSeconds(file.ChangeTime.Seconds + 1));
        RestoreOptions options = new() { OverSource = overSource };
        await new TreeRestore(scene.Repository, source, scene.Source, options).RunAsync(default);
        Assert.Equal(expected, await File.ReadAllTextAsync(Path.Combine(scene.Source, "file")));
    }

    /// <summary>A verification reads what was written and what was not: told by a backup as above.</summary>
    [Fact]
    public async Task AVerificationReadsWhatIsTakenForUnchanged()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "the content\n");
        RawFiles.Write(scene["other"], "other bytes\n");
        BackupReport backup = await scene.RunAsync();
        Node file = await scene.FindAsync(backup, "file");
        Node other = await scene.FindAsync(backup, "other");
        Id tree = await CraftedTree.SaveAsync(scene.Repository, file with { Content = other.Content! });
        var source = new RestoreSource(tree, null, DateTimeOffset.FromUnixTimeSeconds(file.ChangeTime.Seconds + 1));
        var restore = new TreeRestore(
            scene.Repository,
            source,
            scene.Source,
            new RestoreOptions { Exact = false, Verify = true }
        );
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => restore.RunAsync(default));
        Assert.Contains("/file: it reads otherwise", error.Message, StringComparison.Ordinal);
    }

    private static async Task<RestoreReport> RestoreAsync(BackupScene scene, BackupReport backup, string target)
    {
        byte[] path = Encoding.UTF8.GetBytes(BackupScene.SourceName);
        RestoreSource source = await new TreeBrowser(scene.Repository).SourceAsync(backup.Snapshot, path, default);
        return await new TreeRestore(scene.Repository, source, target, new RestoreOptions()).RunAsync(default);
    }
}
