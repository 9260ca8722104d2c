using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Fixtures;

public sealed class NastyTreeTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void IsTheSameForTheSameSeed()
    {
        NastyTree.Build(directory.Make("one"), seed: 7);
        NastyTree.Build(directory.Make("two"), seed: 7);
        NastyTree.Build(directory.Make("other"), seed: 8);
        var options = new TreeComparison { IgnoreRoot = true, CompareHoles = true };
        TreeComparer.AssertEqual(directory["one"], directory["two"], options);
        Assert.NotEmpty(TreeComparer.Compare(directory["one"], directory["other"], options));
    }

    [Fact]
    public void HasEveryKindOfFile()
    {
        NastyTree.Build(directory.Path);
        IEnumerable<FileKind> kinds = RawFiles
            .Walk(directory.Path)
            .Select(path => RawFiles.Status(directory.Path / (RawPath)path).Kind);
        Assert.Equal(Enum.GetValues<FileKind>().Order(), kinds.Distinct().Order());
    }

    /// <summary>The judge must be able to carry the tree: what restic itself loses says nothing about us.</summary>
    [Fact]
    public async Task ResticBringsItBack()
    {
        string source = directory.Make("source");
        NastyTree.Build(source);
        using var restic = new Restic(directory["repository"], "a password");
        await restic.InitAsync();
        await restic.BackupAsync(source);
        await restic.CheckAsync();
        await restic.RestoreAsync($"latest:{source}", directory["restored"]);
        var options = new TreeComparison { IgnoreRoot = true, IgnoreSockets = true };
        TreeComparer.AssertEqual(source, directory["restored"], options);
    }

    [Fact]
    public void ChangesReachAboutHalfOfItAndAreTheSameForTheSameSeed()
    {
        foreach (string name in (string[])["before", "one", "two"])
        {
            NastyTree.Build(directory.Make(name));
        }
        IReadOnlyDictionary<string, int> made = Changes.Apply(directory["one"], seed: 3);
        Assert.Equal(made, Changes.Apply(directory["two"], seed: 3));
        string[] kinds =
        [
            "add",
            "add an attribute",
            "append",
            "change mode",
            "change owner",
            "change time",
            "delete",
            "edit",
        ];
        Assert.Equal(
            [
                .. kinds,
                "put a directory for a file",
                "put a file for another kind",
                "put a link for a directory",
                "remove an attribute",
                "rename",
                "truncate",
            ],
            made.Keys
        );
        int differences = TreeComparer.Compare(directory["before"], directory["one"]).Count;
        int entries = RawFiles.Walk(directory["before"]).Count;
        Assert.InRange(differences, entries / 4, entries * 3);
    }

    public void Dispose() => directory.Dispose();
}
