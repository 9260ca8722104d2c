using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Fixtures;

/// <summary>A comparer that misses a difference would let every restore test pass: each kind is shown to be seen.</summary>
public sealed class TreeComparerTests : IDisposable
{
    private static readonly FileTime When = new(1_600_000_000, 123_456_789);

    private readonly TemporaryDirectory directory = new();
    private readonly RawPath left;
    private readonly RawPath right;

    public TreeComparerTests()
    {
        left = directory.Make("left");
        right = directory.Make("right");
        foreach (RawPath root in (RawPath[])[left, right])
        {
            RawFiles.Write(root / "file", "content\n");
            RawFiles.Write(root / "twin", "two names\n");
            RawFiles.Link(root / "twin", root / "twin-2");
            RawFiles.Write(root / "lone", "two names\n");
            RawFiles.Symlink("target", root / "link");
            RawFiles.MakeDirectory(root / "directory");
            RawFiles.Write(root / "directory" / "inside", "inside\n");
            RawFiles.MakeNode(root / "fifo", FileKind.Fifo);
            RawFiles.SetAttribute(root / "file", "user.a", "1"u8);
            SettleTimes(root);
        }
    }

    [Fact]
    public void EqualTreesHaveNoDifference() => Assert.Empty(Compare());

    public static TheoryData<string, string> Kinds =>
        new()
        {
            { "missing", "file: is missing" },
            { "missing directory", "directory/inside: is missing" },
            { "extra", "extra: is extra" },
            { "extra not UTF-8", @"\xff\x0a: is extra" },
            { "type", "file: type is Directory, expected File" },
            { "mode", "file: mode is 4755, expected 0644" },
            { "directory mode", "directory: mode is 1777, expected 0755" },
            { "size", "file: size is 9, expected 8" },
            { "content", "file: content differs from byte 3" },
            { "link target", "link: link target is targer, expected target" },
            { "file time", "file: modify time is" },
            { "directory time", "directory: modify time is" },
            { "link time", "link: modify time is" },
            { "root time", ".: modify time is" },
            { "link broken", "twin-2: hard link to is twin-2, expected twin" },
            { "link joined", "twin: hard link to is lone, expected twin" },
            { "attribute value", "file: attribute user.a is 32, expected 31" },
            { "attribute missing", "file: attribute user.a is none, expected 31" },
            { "attribute extra", "directory: attribute user.b is , expected none" },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SeesEachKindOfDifference(string kind, string expected)
    {
        Change(kind);
        Assert.Contains(Compare(), difference => difference.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void SeesOwnersAndDevices()
    {
        Assert.True(RawFiles.IsRoot, "Owners and device nodes need root.");
        RawFiles.ChangeOwner(right / "link", 12, 34);
        RawFiles.MakeNode(left / "node", FileKind.CharDevice, 1, 3);
        RawFiles.MakeNode(right / "node", FileKind.CharDevice, 1, 5);
        IReadOnlyList<string> differences = Compare();
        Assert.Contains("link: owner is (12, 34), expected (0, 0)", differences);
        Assert.Contains("node: device is (1, 5), expected (1, 3)", differences);
    }

    [Fact]
    public void SeesAFilledHoleWhenAsked()
    {
        using (FileStream sparse = RawFiles.Create(left / "holes"))
        {
            sparse.SetLength(1 << 20);
        }
        RawFiles.Write(right / "holes", new byte[1 << 20]);
        RawFiles.SetModifyTime(left / "holes", When);
        RawFiles.SetModifyTime(right / "holes", When);
        Assert.DoesNotContain(Compare(), difference => difference.StartsWith("holes", StringComparison.Ordinal));
        Assert.Contains(
            Compare(new TreeComparison { CompareHoles = true }),
            difference => difference.StartsWith("holes: disk blocks", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void IgnoresWhatItIsToldTo()
    {
        RawFiles.MakeNode(left / "socket", FileKind.Socket);
        Assert.Contains("socket: is missing", Compare());
        Assert.Empty(Compare(new TreeComparison { IgnoreSockets = true, IgnoreRoot = true }));
    }

    public void Dispose() => directory.Dispose();

    private IReadOnlyList<string> Compare(TreeComparison? options = null) =>
        TreeComparer.Compare(left.ToString(), right.ToString(), options);

    private void Change(string kind)
    {
        switch (kind)
        {
            case "missing":
                RawFiles.Delete(right / "file");
                break;
            case "missing directory":
                RawFiles.Delete(right / "directory");
                break;
            case "extra":
                RawFiles.Write(right / "extra", "");
                break;
            case "extra not UTF-8":
                RawFiles.Write(right / new byte[] { 0xff, 0x0a }, "");
                break;
            case "type":
                RawFiles.Delete(right / "file");
                RawFiles.MakeDirectory(right / "file");
                break;
            case "mode":
                RawFiles.ChangeMode(right / "file", 0x9ed);
                break;
            case "directory mode":
                RawFiles.ChangeMode(right / "directory", 0x3ff);
                break;
            case "size":
                RawFiles.Write(right / "file", "content\n\n");
                break;
            case "content":
                RawFiles.Write(right / "file", "conTent\n");
                RawFiles.SetModifyTime(right / "file", When);
                break;
            case "link target":
                RawFiles.Delete(right / "link");
                RawFiles.Symlink("targer", right / "link");
                break;
            case "file time" or "directory time" or "link time":
                RawFiles.SetModifyTime(right / kind[..^5], When with { Nanoseconds = When.Nanoseconds + 1 });
                break;
            case "root time":
                RawFiles.SetModifyTime(right, default);
                break;
            case "link broken":
                RawFiles.Delete(right / "twin-2");
                RawFiles.Write(right / "twin-2", "two names\n");
                break;
            case "link joined":
                RawFiles.Delete(right / "twin");
                RawFiles.Link(right / "lone", right / "twin");
                break;
            case "attribute value":
                RawFiles.SetAttribute(right / "file", "user.a", "2"u8);
                break;
            case "attribute missing":
                RawFiles.RemoveAttribute(right / "file", "user.a");
                break;
            case "attribute extra":
                RawFiles.SetAttribute(right / "directory", "user.b", []);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such change.");
        }
    }

    private static void SettleTimes(RawPath root)
    {
        foreach (RawPath path in RawFiles.Walk(root).AsEnumerable().Reverse().Append(default))
        {
            RawFiles.SetModifyTime(root / path, When);
        }
    }
}
