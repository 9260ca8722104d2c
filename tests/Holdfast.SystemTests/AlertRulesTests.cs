using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The alert rules of <c>deploy/prometheus</c>, judged by Prometheus' own tool, which <c>./dev e2e pages</c> downloads.</summary>
[Trait("e2e", "pages")]
public sealed class AlertRulesTests
{
    [Theory]
    [InlineData("check", "alerts.yaml")]
    [InlineData("test", "alerts.test.yaml")]
    public async Task PrometheusTakesThemAndTheyAlertWhenTheyShould(string verb, string file)
    {
        ProcessResult result = await ChildProcess.RunAsync(
            RepositoryRoot.File("artifacts/tools/promtool"),
            [verb, "rules", file],
            workingDirectory: RepositoryRoot.File("deploy/prometheus")
        );

        Assert.Contains("SUCCESS", result.Checked($"promtool {verb} rules {file}").Output, StringComparison.Ordinal);
    }
}
