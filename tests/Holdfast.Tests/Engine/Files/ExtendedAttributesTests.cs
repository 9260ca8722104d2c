using System.Text;
using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Files;

public sealed class ExtendedAttributesTests : IDisposable
{
    private const long Unlimited = long.MaxValue;

    private readonly TemporaryDirectory temporary = new();
    private readonly DirectoryHandle directory;

    public ExtendedAttributesTests() => directory = DirectoryHandle.Open(temporary.Path);

    public void Dispose()
    {
        directory.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public void By_name_and_by_handle_are_the_same()
    {
        RawPath path = (RawPath)temporary.Path / "file";
        RawFiles.Write(path, "x");
        RawFiles.SetAttribute(path, "user.empty", []);
        RawFiles.SetAttribute(path, "user.binary", [0, 0xff, 0]);
        for (int number = 0; number < 40; number++)
        {
            // Together more than the first try holds.
            RawFiles.SetAttribute(path, $"user.number-{number:d20}", "value"u8);
        }
        Assert.Equal(
            Errno.None,
            ExtendedAttributes.TryRead(directory, "file"u8, Unlimited, out IReadOnlyList<ExtendedAttribute> byName)
        );
        Assert.Equal(Errno.None, directory.TryOpenFile("file"u8, out FileHandle? file));
        using (file)
        {
            Assert.Equal(
                Errno.None,
                ExtendedAttributes.TryRead(file!, Unlimited, out IReadOnlyList<ExtendedAttribute> byHandle)
            );
            Assert.Equal(Texts(byHandle), Texts(byName));
        }
        Assert.Equal(
            RawFiles.Attributes(path).Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value)}"),
            Texts(byName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void None_are_none()
    {
        RawFiles.Write((RawPath)temporary.Path / "file", "x");
        Errno errno = ExtendedAttributes.TryRead(directory, "file"u8, Unlimited, out var attributes);
        Assert.Equal(Errno.None, errno);
        Assert.Empty(attributes);
    }

    [Fact]
    public void Those_of_a_link_are_its_own()
    {
        Assert.SkipUnless(RawFiles.IsRoot, "Only root may give a link an attribute.");
        RawPath root = temporary.Path;
        RawFiles.Write(root / "target", "x");
        RawFiles.SetAttribute(root / "target", "user.of-the-target", "no"u8);
        RawFiles.Symlink("target", root / "link");
        RawFiles.SetAttribute(root / "link", "trusted.of-the-link", "yes"u8);
        Errno errno = ExtendedAttributes.TryRead(directory, "link"u8, Unlimited, out var attributes);
        Assert.Equal(Errno.None, errno);
        Assert.Equal(["trusted.of-the-link=796573"], Texts(attributes));
    }

    [Fact]
    public void More_than_the_limit_is_too_big()
    {
        RawPath path = (RawPath)temporary.Path / "file";
        RawFiles.Write(path, "x");
        RawFiles.SetAttribute(path, "user.a", new byte[100]);
        Assert.Equal(Errno.None, ExtendedAttributes.TryRead(directory, "file"u8, 106, out var attributes));
        Assert.Single(attributes);
        Assert.Equal(Errno.EFBIG, ExtendedAttributes.TryRead(directory, "file"u8, 105, out attributes));
        Assert.Empty(attributes);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(320)]
    [InlineData(1000)]
    public void A_name_longer_than_others_is_asked_for_all_the_same(int length)
    {
        byte[] name = new byte[length];
        name.AsSpan().Fill((byte)'n');
        Assert.Equal(directory.TryStat(name, out _), ExtendedAttributes.TryRead(directory, name, Unlimited, out _));
    }

    private static List<string> Texts(IReadOnlyList<ExtendedAttribute> attributes) =>
        [.. attributes.Select(one => $"{Encoding.UTF8.GetString(one.Name)}={Convert.ToHexString(one.Value)}")];
}
