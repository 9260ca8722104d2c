using Holdfast.Hosting;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Hosting;

public sealed class DemoTests
{
    [Fact]
    public async Task A_demo_that_cannot_be_made_says_so_and_throws_nothing()
    {
        using TemporaryDirectory directory = new();
        int port = FreePort.Next();
        Dictionary<string, string> environment = new()
        {
            ["HOLDFAST_DATA"] = directory.Path,
            ["HOLDFAST_LISTEN"] = $"http://127.0.0.1:{port}",
            ["HOLDFAST_PUBLIC_URL"] = "http://holdfast.invalid",
            ["HOLDFAST_ADMIN_PASSWORD"] = "correct horse battery",
        };
        Settings settings = Settings.Read(new SettingSource(name => environment.GetValueOrDefault(name), file: null));
        StringWriter output = new();

        // Nobody listens there.
        await Demo.RunAsync(settings, tls: null, TimeProvider.System, output, CancellationToken.None);

        Assert.Contains("could not be made", output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{port}", output.ToString(), StringComparison.Ordinal);
    }
}
