using System.Runtime.InteropServices;
using Holdfast.Objects;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.Local;

public sealed class LocalObjectStoreTests : ObjectStoreSuite, IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public LocalObjectStoreTests() => Store = new LocalObjectStore(directory["made/on demand"]);

    protected override IObjectStore Store { get; }

    [Fact]
    public async Task ModesAreResticsOwn()
    {
        await Put("data/00/x", [1]);
        string root = directory["made/on demand"];
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(root, "data/00/x")));
        foreach (string made in (string[])[root, Path.Combine(root, "data"), Path.Combine(root, "data/00")])
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            Assert.Equal(Owner, File.GetUnixFileMode(made));
        }
    }

    [Theory]
    [InlineData("x-tmp-0123456789abcdef")]
    [InlineData("x-tmp-3141592653")]
    public async Task LeftoversAreNotListedAndAreRemovedOnceOld(string leftover)
    {
        await Put("data/x", [1]);
        string path = directory[$"made/on demand/data/{leftover}"];
        await File.WriteAllBytesAsync(path, [1, 2], Token);
        Assert.Equal(["data/x"], await ListAsync(""));
        var written = new DateTimeOffset(File.GetLastWriteTimeUtc(path));
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(written, Token));
        Assert.Equal(1, await Store.RemoveUnfinishedAsync(written.AddTicks(1), Token));
        Assert.False(File.Exists(path));
        Assert.Equal(["data/x"], await ListAsync(""));
    }

    [Fact]
    public async Task ANameThatLooksUnfinishedIsRefused() =>
        await AssertFails(ObjectErrorKind.Unsupported, () => Put("x-tmp-01", [1]));

    [Fact]
    public async Task NoWriteLeavesATemporaryBehind()
    {
        await Put("x", [1]);
        Assert.True(await Create("y", [1]));
        Assert.False(await Create("y", [2]));
        Assert.Equal(["x", "y"], Directory.GetFiles(directory["made/on demand"]).Select(Path.GetFileName).Order());
    }

    /// <summary>What creates an object where there are no hard links.</summary>
    [Fact]
    public async Task ARenameToAFreeNameRefusesOneThatIsTaken()
    {
        await Put("x", [1]);
        await Put("y", [2]);
        string root = directory["made/on demand/"];
        Assert.Equal(-1, Libc.RenameToFree($"{root}x", $"{root}y"));
        Assert.Equal(Libc.EEXIST, Marshal.GetLastPInvokeError());
        Assert.Equal([2], await ReadAsync("y"));
        Assert.Equal(0, Libc.RenameToFree($"{root}x", $"{root}z"));
        Assert.Equal(["y", "z"], await ListAsync(""));
    }

    [Fact]
    public async Task FilesThatNoObjectCanBeAreNotListed()
    {
        await Put("x", [1]);
        await File.WriteAllBytesAsync(directory["made/on demand/with space"], [1], Token);
        File.CreateSymbolicLink(directory["made/on demand/link"], directory["made/on demand/x"]);
        Directory.CreateSymbolicLink(directory["made/on demand/up"], directory.Path);
        Assert.Equal(["x"], await ListAsync(""));
    }

    [Fact]
    public void AFullDiskIsFull()
    {
        ObjectError error = PosixErrors.From(Libc.ENOSPC, "write", "/x");
        Assert.Equal((ObjectErrorKind.Full, true), (error.Kind, error.Temporary));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => directory.Dispose();
}
