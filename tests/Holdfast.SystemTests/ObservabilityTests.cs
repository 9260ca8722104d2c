using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Network;
using Holdfast.Testing.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>What a real node tells of itself: to who scrapes it, to a collector, and in its log.</summary>
public sealed partial class ObservabilityTests
{
    // Of nodes with a certificate alone, which this one has none of.
    private const string OfCertificates = "holdfast_tls_certificate_expiry_timestamp_seconds";

    [Fact]
    public async Task EachMetricThatDeployNamesIsExported()
    {
        await using WebhookTarget target = new();
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["HOLDFAST_WORKERS__GRACE_SECONDS"] = "8",
                ["HOLDFAST_WEBHOOKS__NETWORKS"] = "127.0.0.0/8",
            }
        );
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Join(share.Directory, "file"), "content");
        VerbClient webhooks = new(server, "webhook", VerbClient.AdminVariables(server));
        await webhooks.AskAsync("create", target.Url, "--all-projects");
        await tenant.BackUpAsync(share);
        VerbClient repositories = new(server, "repository", VerbClient.AdminVariables(server));
        (await repositories.RunAsync("verify", tenant.ProjectId, "--wait")).Checked("verify");
        // The grace keeps it in the queue while the figures are read, for the first time.
        await tenant.StartBackupAsync(share);
        HashSet<string> named = [];
        foreach (
            string file in Directory.EnumerateFiles(RepositoryRoot.File("deploy"), "*", SearchOption.AllDirectories)
        )
        {
            named.UnionWith(MetricName().Matches(await File.ReadAllTextAsync(file)).Select(match => match.Value));
        }
        named.Remove(OfCertificates);
        Assert.Contains("holdfast_share_last_backup_timestamp_seconds", named);

        using HttpClient http = new() { BaseAddress = server.Url };
        // An event may be under way.
        HashSet<string> exported = [];
        await Eventually.HoldsAsync(
            "all to be exported",
            async () =>
            {
                string text = await http.GetStringAsync("/metrics");
                exported.UnionWith(
                    text.Split('\n')
                        .Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal))
                        .Select(line => line.Split(' ')[2])
                );
                // A histogram's series are named after it.
                return named.All(name => exported.Contains(name) || exported.Contains(OfHistogram().Replace(name, "")));
            },
            instead: () => $"There are {string.Join(", ", exported)}."
        );
        Assert.All(exported, name => Assert.StartsWith("holdfast_", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACollectorIsSentMetricsAndTracesAndTheLogNamesRequestsAndOperations()
    {
        await using Collector collector = await Collector.StartAsync();
        await using HoldfastServer server = await HoldfastServer.StartAsync(
            new Dictionary<string, string?>
            {
                ["HOLDFAST_LOG__FORMAT"] = "json",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            }
        );
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Join(share.Directory, "file"), "content");
        await tenant.BackUpAsync(share);

        await Eventually.HoldsAsync(
            "metrics and traces at the collector",
            () =>
                Task.FromResult(
                    collector.Has("/v1/metrics", "holdfast_operation_seconds", "create_backup")
                        && collector.Has("/v1/metrics", "holdfast_catalog_up")
                        && collector.Has(
                            "/v1/traces",
                            "create_backup",
                            "holdfast.operation.outcome",
                            "succeeded",
                            tenant.ProjectId
                        )
                        && collector.Has("/v1/traces", "http.route", "/share-backups")
                )
        );
        JsonNode begins = server
            .Log.Split('\n')
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonNode.Parse(line)!)
            .First(line => line["Message"]!.GetValue<string>().StartsWith("create_backup ", StringComparison.Ordinal));
        string scopes = begins["Scopes"]!.ToJsonString();
        Assert.Contains("\"OperationId\":", scopes, StringComparison.Ordinal);
        Assert.Contains("\"RequestId\":\"req-", scopes, StringComparison.Ordinal);
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
    }

    [GeneratedRegex("holdfast_[a-z0-9_]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfHistogram();

    /// <summary>Takes what is posted, as an OTLP collector does over HTTP.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, string Body)> posts = new();
        private readonly WebApplication app;

        private Collector()
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            app = builder.Build();
            app.Run(async http =>
            {
                using MemoryStream body = new();
                await http.Request.Body.CopyToAsync(body);
                Assert.Equal("application/x-protobuf", http.Request.ContentType);
                posts.Enqueue((http.Request.Path, Encoding.Latin1.GetString(body.ToArray())));
                http.Response.ContentType = "application/x-protobuf";
            });
        }

        public string Url => app.Urls.First();

        public static async Task<Collector> StartAsync()
        {
            Collector collector = new();
            await collector.app.StartAsync();
            return collector;
        }

        /// <summary>Whether one post to the path has all the words.</summary>
        public bool Has(string path, params string[] words) =>
            posts.Any(post =>
                post.Path == path && words.All(word => post.Body.Contains(word, StringComparison.Ordinal))
            );

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
