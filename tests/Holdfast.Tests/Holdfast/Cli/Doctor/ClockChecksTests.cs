using Holdfast.Cli.Doctor;
using Xunit;

namespace Holdfast.Tests.Cli.Doctor;

public sealed class ClockChecksTests
{
    [Theory]
    [InlineData(0, "ok", "agrees")]
    [InlineData(-5, "ok", "agrees")]
    [InlineData(6, "warning", "6 s ahead of that of the database")]
    [InlineData(-30, "warning", "30 s behind that of the database")]
    [InlineData(31, "mistake", "31 s ahead")]
    [InlineData(-3600, "mistake", "3600 s behind")]
    public void A_few_seconds_are_nothing_and_more_than_a_lease_is_a_mistake(int ahead, string word, string said)
    {
        Findings findings = new();
        ClockChecks.Compare("the database", TimeSpan.FromSeconds(ahead), TimeSpan.FromSeconds(30), findings);

        Finding finding = Assert.Single(findings);
        Assert.Equal(word, finding.Word);
        Assert.Contains(said, finding.Found, StringComparison.Ordinal);
    }
}
