using Holdfast.Core.Access;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class IdentityIdTests
{
    [Fact]
    public void Ids_are_32_lower_case_hex_digits_with_a_letter()
    {
        for (int round = 0; round < 1000; round++)
        {
            AssertShape(IdentityId.New());
            AssertShape(IdentityId.Of($"name {round}"));
        }
        Assert.NotEqual(IdentityId.New(), IdentityId.New());
        Assert.Equal(IdentityId.Of("a"), IdentityId.Of("a"));
        Assert.NotEqual(IdentityId.Of("a"), IdentityId.Of("b"));
    }

    private static void AssertShape(string id)
    {
        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Matches("[a-f]", id);
    }
}
