using System.Net;
using Holdfast.Api;
using Holdfast.Core.Model;
using Holdfast.Core.Telemetry;
using Holdfast.Tests.Api.Manila;
using Microsoft.Extensions.DependencyInjection;
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
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_timed_by_the_template_of_their_route_and_never_by_their_path()
    {
        // Counts from here on, as it does in a node from its start on.
        Host.Services.GetRequiredService<MetricsText>();
        await Host.SendAsync("GET", "/v2/share-backups/11111111-2222-3333-4444-555555555555");
        await Host.SendAsync("GET", "/v2/no-such-thing/secret");
        await Host.SendAsync("GET", "/api/v1/operations?limit=1");
        await Host.SendAsync("GET", "/api/v1/backups/11111111-2222-3333-4444-555555555555/files/some/secret");
        await Host.SendAsync("HEAD", "/api/v1/events");
        await Host.SendAsync("BREW", "/coffee");

        string text = (await Host.SendAsync("GET", "/metrics", token: null)).Text;

        const string count = "holdfast_api_request_seconds_count";
        Assert.Contains(
            count + "{method=\"GET\",route=\"/v2/share-backups/{id}\",status=\"4xx\",surface=\"manila\"} 1\n",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            count + "{method=\"GET\",route=\"/api/v1/operations\",status=\"2xx\",surface=\"native\"} 1\n",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            count + "{method=\"other\",route=\"unrouted\",status=\"4xx\",surface=\"none\"} 1\n",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            count
                + "{method=\"GET\",route=\"/api/v1/backups/{id}/files/{path}\",status=\"4xx\",surface=\"native\"} 1\n",
            text,
            StringComparison.Ordinal
        );
        // They last as long as somebody listens.
        Assert.DoesNotContain("/api/v1/events", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("coffee", text, StringComparison.Ordinal);
        Assert.DoesNotContain("11111111", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shares_say_of_when_their_last_backup_is_and_their_operations_how_long_they_wait()
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(share);
        Share bare = await World.AddShareAsync();
        await World.AddBackupAsync(bare, status: BackupStatus.Error);

        string text = (await Host.SendAsync("GET", "/metrics", token: null)).Text;

        Assert.Contains(
            $"holdfast_share_last_backup_timestamp_seconds{{project_id=\"{ApiHost.Project}\",share_id=\"{share.Id}\"}} ",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(bare.Id, text, StringComparison.Ordinal);
        Assert.Contains("holdfast_shares_without_backup 1\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_shares_not_shown 0\n", text, StringComparison.Ordinal);
        Assert.Contains("holdfast_catalog_up 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE holdfast_dotnet_gc_collections_total counter\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", null, 0)]
    [InlineData("::1", null, 0)]
    [InlineData("::ffff:127.0.0.1", null, 0)]
    [InlineData("192.0.2.1", "Bearer s3cret", 0)]
    [InlineData("192.0.2.1", "bearer s3cret ", 0)]
    [InlineData("192.0.2.1", null, 401)]
    [InlineData("192.0.2.1", "Bearer s3cre", 401)]
    [InlineData("192.0.2.1", "Bearer ", 401)]
    [InlineData("192.0.2.1", "s3cret", 401)]
    [InlineData(null, null, 401)]
    public async Task Other_hosts_need_the_token_of_the_file(string? client, string? authorization, int refusal)
    {
        string file = Path.Join(World.Top, "metrics-token");
        await File.WriteAllTextAsync(file, "s3cret\n");
        IPAddress? address = client is null ? null : IPAddress.Parse(client);

        Assert.Equal(refusal, Metrics.Refusal(address, file, authorization));
        // Without a file there is nothing for them at all.
        Assert.Equal(
            address is not null && IPAddress.IsLoopback(address) ? 0 : 404,
            Metrics.Refusal(address, null, authorization)
        );
        await File.WriteAllTextAsync(file, "\n");
        Assert.Equal(
            address is not null && IPAddress.IsLoopback(address) ? 0 : 401,
            Metrics.Refusal(address, file, authorization)
        );
    }
}
