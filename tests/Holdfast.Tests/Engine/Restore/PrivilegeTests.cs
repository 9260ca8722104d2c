using Holdfast.Engine.Restore;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

/// <summary>Into another project's share nothing comes that gives power over the machine.</summary>
public sealed class PrivilegeTests(BackedUpTree tree) : IClassFixture<BackedUpTree>
{
    private const int SetIdBits = 0xc00;

    [Fact]
    public async Task DevicesSetIdBitsAndPrivilegedAttributesAreDroppedAndCounted()
    {
        Assert.True(RawFiles.IsRoot, "These tests need root.");
        using var target = new TemporaryDirectory();
        RawFiles.MakeDirectory(target["special"]);
        RawFiles.MakeNode(target["special/null"], FileKind.CharDevice, 1, 3);
        RestoreReport report = await tree.RestoreAsync(target.Path, new RestoreOptions { DropPrivileges = true });

        List<RawPath> paths = [.. RawFiles.Walk(tree.Source).Where(path => Kind(path) != FileKind.Socket)];
        List<RawPath> devices = [.. paths.Where(path => Kind(path) is FileKind.CharDevice or FileKind.BlockDevice)];
        Assert.Equal(devices.Count, report.DroppedDevices);
        Assert.Equal(paths.Count(path => (Status(path).Permissions & SetIdBits) != 0), report.DroppedSetIds);
        Assert.Equal(paths.Sum(path => Privileged(tree.Source / path).Count()), report.DroppedAttributes);
        Assert.True(report is { DroppedDevices: > 0, DroppedSetIds: > 0, DroppedAttributes: > 0 });

        Assert.Equal(paths.Except(devices).Order(), RawFiles.Walk(target.Path).Order());
        foreach (RawPath path in RawFiles.Walk(target.Path))
        {
            RawPath restored = target.Path / path;
            Assert.Equal(Status(path).Permissions & ~SetIdBits, RawFiles.Status(restored).Permissions);
            Assert.Empty(Privileged(restored));
        }
    }

    private FileStatus Status(RawPath path) => RawFiles.Status(tree.Source / path);

    private FileKind Kind(RawPath path) => Status(path).Kind;

    private static IEnumerable<string> Privileged(RawPath path) =>
        RawFiles.Attributes(path).Keys.Where(name => name.StartsWith("security.") || name.StartsWith("trusted."));
}
