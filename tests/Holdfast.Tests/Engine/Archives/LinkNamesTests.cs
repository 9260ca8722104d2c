using Holdfast.Engine.Archives;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Archives;

public sealed class LinkNamesTests
{
    private static readonly byte[] Second = "second"u8.ToArray();

    private static readonly Node File = new()
    {
        Name = "name"u8.ToArray(),
        Type = NodeType.File,
        DeviceId = 1,
        Inode = 7,
        Links = 2,
        Content = [Sha256.Hash("content"u8)],
    };

    [Fact]
    public void Only_names_of_one_file_are_links()
    {
        LinkNames names = new();
        byte[] first = "first"u8.ToArray();
        Assert.Null(names.Before(File, first));
        Assert.Same(first, names.Before(File with { Mode = 1 }, Second));
        Assert.All(
            [
                File with
                {
                    Inode = 8,
                },
                File with
                {
                    DeviceId = 2,
                },
                File with
                {
                    Type = NodeType.Fifo,
                },
                File with
                {
                    Device = 3,
                },
                File with
                {
                    LinkTarget = "target"u8.ToArray(),
                },
                File with
                {
                    Content = [],
                },
                File with
                {
                    Links = 1,
                },
            ],
            node => Assert.Null(names.Before(node, Second))
        );
    }

    [Fact]
    public void What_has_no_number_is_nobodys_link()
    {
        LinkNames names = new();
        Node node = File with { Inode = 0 };
        Assert.Null(names.Before(node, Second));
        Assert.Null(names.Before(node, Second));
    }

    [Fact]
    public void So_many_files_are_remembered_and_no_more()
    {
        LinkNames names = new();
        for (ulong inode = 1; inode <= 100_001; inode++)
        {
            Assert.Null(names.Before(File with { Inode = inode }, Second));
        }
        Assert.NotNull(names.Before(File with { Inode = 100_000 }, Second));
        Assert.Null(names.Before(File with { Inode = 100_001 }, Second));
    }

    [Fact]
    public void So_many_bytes_of_paths_are_remembered_and_no_more()
    {
        LinkNames names = new();
        byte[] longest = new byte[1 << 20];
        for (ulong inode = 1; inode <= 17; inode++)
        {
            Assert.Null(names.Before(File with { Inode = inode }, longest));
        }
        Assert.NotNull(names.Before(File with { Inode = 16 }, Second));
        Assert.Null(names.Before(File with { Inode = 17 }, longest));
    }
}
