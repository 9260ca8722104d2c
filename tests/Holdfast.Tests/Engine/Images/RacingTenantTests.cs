using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Images;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Images;

/// <summary>
/// Somebody swaps a volume's image and its directory for other things as fast as he can. What is opened is a file of the
/// root's, or nothing.
/// </summary>
public sealed class RacingTenantTests
{
    private const int Opened = 300;
    private const int Refused = 300;
    private const int Changes = 50_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NoImageOutsideIsOpened(bool forWriting)
    {
        using var directory = new TemporaryDirectory();
        using var outside = new TemporaryDirectory();
        foreach (RawPath root in (RawPath[])[directory.Path, outside.Path])
        {
            RawFiles.MakeDirectory(root / "volume");
            RawFiles.Write(root / "volume" / "image", $"of {root}");
        }
        using var watch = new TreeWatch(outside.Path);
        ulong other = RawFiles.Status((RawPath)outside.Path / "volume" / "image").Inode;
        using (var tenant = new RacingTenant(directory.Path, outside.Path, Enum.GetValues<Bait>()))
        {
            int opened = 0;
            int refused = 0;
            while (opened < Opened || refused < Refused || tenant.Changes < Changes)
            {
                if (TryOpen(directory.Path, forWriting) is { } inode)
                {
                    Assert.NotEqual(other, inode);
                    opened++;
                }
                else
                {
                    refused++;
                }
            }
        }
        Assert.Empty(watch.Take());
    }

    /// <returns>The inode of what was opened, or null when it was refused.</returns>
    private static ulong? TryOpen(string path, bool forWriting)
    {
        using DirectoryHandle root = DirectoryHandle.Open(path);
        if (root.TryOpenDirectory("volume"u8, out DirectoryHandle? volume) != Errno.None)
        {
            return null;
        }
        using (volume)
        {
            try
            {
                using ImageTarget? target = forWriting ? ImageTarget.Open(volume!, "image"u8) : null;
                using ImageSource? source = forWriting ? null : ImageSource.Open(volume!, "image"u8);
                return target?.Status.Inode ?? source!.Status.Inode;
            }
            catch (EngineError error)
            {
                Assert.Equal(EngineErrorKind.Files, error.Kind);
                return null;
            }
        }
    }
}
