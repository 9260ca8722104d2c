using Holdfast.Engine.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Files;

public sealed class AccountsTests
{
    private readonly Accounts accounts = new();

    [Fact]
    public void Knows_the_hosts_users_and_groups()
    {
        Assert.Equal("root", accounts.UserName(0));
        Assert.Equal("root", accounts.GroupName(0));
        Assert.Equal("daemon", accounts.UserName(1));
    }

    [Fact]
    public void A_number_that_nobody_has_has_no_name()
    {
        Assert.Equal("", accounts.UserName(3_999_999_999));
        Assert.Equal("", accounts.GroupName(3_999_999_999));
    }
}
