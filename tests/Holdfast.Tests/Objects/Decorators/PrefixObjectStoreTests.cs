using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.Decorators;

public sealed class PrefixObjectStoreTests : ObjectStoreSuite
{
    private readonly MemoryObjectStore inner = new();

    public PrefixObjectStoreTests() => Store = new PrefixObjectStore(inner, "p1/sub");

    protected override IObjectStore Store { get; }

    [Fact]
    public async Task NothingOutsideIsSeen()
    {
        var neighbour = new PrefixObjectStore(inner, "p1/subway");
        await Put("x", [1]);
        await neighbour.DeleteAsync(new ObjectName("x"), Token);
        Assert.Equal([1], await ReadAsync("x"));
        Assert.Null(await neighbour.StatAsync(new ObjectName("x"), Token));
        Assert.NotNull(await inner.StatAsync(new ObjectName("p1/sub/x"), Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("a/../b")]
    public void APrefixIsWholeSegments(string prefix) =>
        Assert.Throws<ArgumentException>(() => new PrefixObjectStore(inner, prefix));
}
