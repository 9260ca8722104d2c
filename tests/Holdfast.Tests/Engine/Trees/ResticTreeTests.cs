using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Trees;

/// <summary>Trees that stock restic wrote: read, and written again with the same id.</summary>
public sealed class ResticTreeTests
{
    [Fact]
    public async Task TreesOfANastyDirectoryKeepTheirIds()
    {
        using TemporaryDirectory temporary = new();
        string root = temporary.Make("nasty");
        NastyTree.Build(root);
        using ResticTrees restic = new();

        List<Node> folders = await restic.LoadAsync(await restic.BackUpAsync(root));

        foreach (Node folder in folders)
        {
            RawPath path = (RawPath)root / new RawPath(folder.Name);
            List<Node> nodes = await restic.LoadAsync(folder.Subtree!.Value);
            // A socket is in no backup.
            IEnumerable<RawPath> names = RawFiles
                .List(path)
                .Where(name => RawFiles.Status(path / name).Kind != FileKind.Socket);
            Assert.Equal(names, nodes.Select(node => new RawPath(node.Name)));
            Assert.All(nodes, node => AssertIs(path, node));
        }
    }

    [Fact]
    public async Task EveryCharacterOfANameIsQuotedAsGoDoes()
    {
        const int CharactersAName = 60;
        using TemporaryDirectory temporary = new();
        string root = temporary.Make("names");
        IEnumerable<string> characters = Enumerable
            .Range(1, 0x10FFFF)
            .Where(value => value != '/' && Rune.IsValid(value))
            .Select(value => new Rune(value).ToString());
        foreach (string[] name in characters.Chunk(CharactersAName))
        {
            RawFiles.Write(new RawPath(Encoding.UTF8.GetBytes(root)) / string.Concat(name), "");
        }
        using ResticTrees restic = new();

        List<Node> nodes = await restic.LoadAsync(await restic.BackUpAsync(root));

        Assert.Equal(RawFiles.List(root), nodes.Select(node => new RawPath(node.Name)));
    }

    private static void AssertIs(RawPath folder, Node node)
    {
        RawPath path = folder / new RawPath(node.Name);
        FileStatus status = RawFiles.Status(path);
        uint mode = (uint)status.Kind | (uint)status.Permissions;
        Assert.Equal(GoFileMode.TypeFromUnix(mode), node.Type);
        Assert.Equal(GoFileMode.FromUnix(mode), node.Mode);
        Assert.Equal((status.Uid, status.Gid, status.Inode), (node.Uid, node.Gid, node.Inode));
        Assert.Equal(new UnixTime(status.ModifyTime.Seconds, status.ModifyTime.Nanoseconds), node.ModifyTime);
        Assert.Equal(status.Kind == FileKind.Symlink ? RawFiles.ReadLink(path) : [], node.LinkTarget);
        Assert.Equal(
            RawFiles.Attributes(path),
            node.ExtendedAttributes.ToDictionary(each => Encoding.UTF8.GetString(each.Name), each => each.Value)
        );
    }
}
