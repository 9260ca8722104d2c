using Holdfast.Engine.Restore;
using Holdfast.Engine.Trees;
using Holdfast.Tests.Engine.Trees;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class PrivilegeFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AllButWhatGivesPowerIsKept(int seed)
    {
        var random = new Random(seed);
        ExtendedAttribute capability = new("security.capability"u8.ToArray(), [1]);
        for (int i = 0; i < 100; i++)
        {
            Node allowed = Nodes.Node(random, "name"u8.ToArray());
            if (allowed.Type is NodeType.Dev or NodeType.CharDev)
            {
                continue;
            }
            allowed = allowed with { Mode = allowed.Mode & ~(GoFileMode.SetUid | GoFileMode.SetGid) };
            Node node = allowed with
            {
                Mode = allowed.Mode | GoFileMode.SetUid,
                ExtendedAttributes = [capability, .. allowed.ExtendedAttributes],
            };

            Node filtered = PrivilegeFilter.Apply(node, new RestoreTally())!;

            Assert.Equal(allowed.ExtendedAttributes, filtered.ExtendedAttributes);
            Assert.Equal(allowed with { ExtendedAttributes = filtered.ExtendedAttributes }, filtered);
        }
    }
}
