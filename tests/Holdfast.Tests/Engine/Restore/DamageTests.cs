using Holdfast.Engine;
using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>A damaged repository: what it hits is named, everything else is restored, and success is not claimed.</summary>
public sealed class DamageTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    [Fact]
    public async Task AFlippedByteOfAnyPackIsFoundAndNamed()
    {
        int found = 0;
        foreach (string pack in Packs(tree.RepositoryPath))
        {
            found += await RestoreFromDamagedAsync(pack, bytes => bytes[bytes.Length / 3] ^= 1);
        }
        Assert.True(found > 0);
    }

    [Fact]
    public async Task ACutPackIsFoundAndNamed()
    {
        string pack = Packs(tree.RepositoryPath).MaxBy(pack => new FileInfo(pack).Length)!;
        Assert.True(
            await RestoreFromDamagedAsync(pack, bytes => Array.Resize(ref bytes, bytes.Length / 2), cut: true) > 0
        );
    }

    [Fact]
    public async Task AMissingPackIsFoundAndNamed()
    {
        using var directory = new TemporaryDirectory();
        string repository = await CopyAsync(directory);
        string pack = Packs(repository).MaxBy(pack => new FileInfo(pack).Length)!;
        File.Delete(pack);
        await AssertNamedAsync(directory, repository);
    }

    private async Task<int> RestoreFromDamagedAsync(string pack, Action<byte[]> damage, bool cut = false)
    {
        using var directory = new TemporaryDirectory();
        string repository = await CopyAsync(directory);
        string copy = Path.Combine(repository, Path.GetRelativePath(tree.RepositoryPath, pack));
        byte[] bytes = await File.ReadAllBytesAsync(copy);
        damage(bytes);
        File.Delete(copy);
        await File.WriteAllBytesAsync(copy, cut ? bytes[..(bytes.Length / 2)] : bytes);
        return await AssertNamedAsync(directory, repository);
    }

    private async Task<int> AssertNamedAsync(TemporaryDirectory directory, string repository)
    {
        string target = directory.Make("target");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => tree.RestoreFromAsync(repository, target));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.False(error.Temporary);
        RestoreReport report = tree.LastReport;
        Assert.Equal(report.ErrorCount, report.Errors.Count);
        Assert.All(report.Errors, item => Assert.Equal(EngineErrorKind.Damaged, item.Kind));
        Assert.All(report.Errors.Take(20), item => Assert.Contains(item.Path, error.Message, StringComparison.Ordinal));
        AssertOnlyTheNamedDiffer(target, [.. report.Errors.Select(item => item.Path.TrimStart('/'))]);
        return report.Errors.Count;
    }

    private void AssertOnlyTheNamedDiffer(string target, HashSet<string> named)
    {
        IReadOnlyList<string> found = TreeComparer.Compare(tree.Source, target, BackedUpTree.Equality);
        HashSet<string> unnamed =
        [
            .. found
                .Select(difference => difference[..difference.IndexOf(": ", StringComparison.Ordinal)])
                .Where(path => !named.Any(name => path == name || path.StartsWith(name + '/'))),
        ];
        // The comparer and the report escape names that are no plain text differently.
        Assert.All(unnamed, path => Assert.Contains('\\', path));
        Assert.True(unnamed.Count <= named.Count);
    }

    private static string[] Packs(string repository) =>
        Directory.GetFiles(Path.Combine(repository, "data"), "*", SearchOption.AllDirectories);

    private async Task<string> CopyAsync(TemporaryDirectory directory)
    {
        await Testing.Processes.ChildProcess.RunAsync("cp", ["-r", tree.RepositoryPath, directory["repository"]]);
        return directory["repository"];
    }
}
