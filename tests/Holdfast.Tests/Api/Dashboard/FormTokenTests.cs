using Holdfast.Api.Dashboard;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

public sealed class FormTokenTests
{
    [Fact]
    public void It_is_one_sessions_and_no_other_text_holds()
    {
        string one = FormToken.Of("one token");
        Assert.True(FormToken.Holds("one token", one));
        Assert.False(FormToken.Holds("another token", one));
        Assert.False(FormToken.Holds("one token", one[..^1]));
        Assert.False(FormToken.Holds("one token", ""));
        Assert.False(FormToken.Holds("one token", null));
        Assert.DoesNotContain("one token", one, StringComparison.Ordinal);
    }
}
