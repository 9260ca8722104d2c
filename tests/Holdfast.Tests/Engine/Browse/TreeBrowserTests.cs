using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Trees;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Tests.Engine.Restore;
using Xunit;

namespace Holdfast.Tests.Engine.Browse;

public sealed class TreeBrowserTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    [Fact]
    public async Task AWalkMeetsEverythingParentsFirst()
    {
        await using Repository repository = await OpenAsync();
        var browser = new TreeBrowser(repository);
        Snapshot snapshot = (await repository.ListSnapshotsAsync(default))[^1];
        byte[] root = Encoding.UTF8.GetBytes(tree.Source);
        Node source = (await browser.FindAsync(snapshot.Tree, root, default))!;
        var found = new List<RawPath>();
        await foreach (BrowseEntry entry in browser.WalkAsync(source.Subtree!.Value, root, default))
        {
            found.Add(new RawPath(entry.Path.AsSpan(root.Length + 1)));
        }
        IEnumerable<RawPath> expected = RawFiles
            .Walk(tree.Source)
            .Where(path => RawFiles.Status(tree.Source / path).Kind != FileKind.Socket);
        Assert.Equal(expected.Order(), found.Order());
        HashSet<RawPath> seen = [];
        Assert.All(
            found,
            path =>
            {
                int slash = path.Bytes.LastIndexOf((byte)'/');
                Assert.True(slash < 0 || seen.Contains(new RawPath(path.Bytes[..slash])));
                seen.Add(path);
            }
        );
    }

    [Theory]
    [InlineData("no/such/path", EngineErrorKind.NotFound)]
    [InlineData("sizes/empty/beneath-a-file", EngineErrorKind.NotFound)]
    [InlineData("sizes/empty", EngineErrorKind.Invalid)]
    public async Task WhatIsNoDirectoryIsNoSource(string path, EngineErrorKind expected)
    {
        await using Repository repository = await OpenAsync();
        var browser = new TreeBrowser(repository);
        Snapshot snapshot = (await repository.ListSnapshotsAsync(default))[^1];
        byte[] bytes = Encoding.UTF8.GetBytes($"{tree.Source}/{path}");
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => browser.SourceAsync(snapshot, bytes, default));
        Assert.Equal(expected, error.Kind);
    }

    private async Task<Repository> OpenAsync()
    {
        var store = new LocalObjectStore(tree.RepositoryPath);
        Repository repository = await Repository.OpenAsync(
            store,
            BackedUpTree.Password,
            new RepositoryOptions(),
            default
        );
        await repository.LoadIndexAsync(default);
        return repository;
    }
}
