using Holdfast.Core.Access;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class BaseRolesTests
{
    [Theory]
    [InlineData("admin", "admin member reader")]
    [InlineData("member", "member reader")]
    [InlineData("reader", "reader")]
    [InlineData("auditor", "auditor")]
    public void Each_role_implies_the_next(string role, string all) =>
        Assert.Equal(all.Split(' '), BaseRoles.WithImplied([role]));
}
