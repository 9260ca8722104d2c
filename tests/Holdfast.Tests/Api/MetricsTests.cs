using System.Net;
using Holdfast.Api;
using Holdfast.Core.Model;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api;

public sealed class MetricsTests : ManilaTests
{
    [Fact]
    public async Task Backups_and_operations_are_counted_without_a_token()
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(share, name: "secret");
        await World.AddBackupAsync(share, ApiHost.OtherProject);
        await World.AddBackupAsync(share, status: BackupStatus.Error);
        await Host.SendAsync("POST", "/v2/shares", """{"share":{"share_proto":"NFS","size":1}}""");

        Answer answer = await Host.SendAsync("GET", "/metrics", token: null, version: null, experimental: null);

        Assert.Equal(200, answer.Code);
        Assert.StartsWith("text/plain; version=0.0.4", answer.Header("Content-Type"), StringComparison.Ordinal);
        string[] figures = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("holdfast_backups{status=\"available\"} 2", figures);
        Assert.Contains("holdfast_backups{status=\"error\"} 1", figures);
        Assert.Contains($"holdfast_operations{{kind=\"{OperationKind.CreateShare}\",status=\"queued\"}} 1", figures);
        Assert.Contains(figures, line => line.StartsWith("holdfast_build_info{version=", StringComparison.Ordinal));
        Assert.DoesNotContain(ApiHost.Project, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData(null, false)]
    public void Only_this_host_is_answered(string? client, bool open) =>
        Assert.Equal(open, Metrics.IsOpenTo(client is null ? null : IPAddress.Parse(client)));
}
