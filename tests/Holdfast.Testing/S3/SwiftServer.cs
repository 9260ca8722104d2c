using System.Globalization;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.Testing.S3;

/// <summary>
/// Another real S3 server of other descent: OpenStack Swift with its s3api, four processes on loopback ports, data in a
/// directory of its own. Of Debian it needs the library <c>python3-swift</c> alone.
/// </summary>
public sealed class SwiftServer : IAsyncDisposable
{
    // Debian's modules are its own Python's, whatever else is on the PATH.
    private const string Python = "/usr/bin/python3";

    private const string Serve = """
        import sys
        from swift.common import storage_policy, utils
        utils.set_swift_dir(sys.argv[1])
        storage_policy.reload_storage_policies()
        from swift.common.wsgi import run_wsgi
        sys.exit(run_wsgi(f'{sys.argv[1]}/{sys.argv[2]}.conf', sys.argv[2], verbose=True))
        """;

    private const string MakeRing = """
        import sys
        from swift.common.ring import RingBuilder
        ring = RingBuilder(4, 1, 1)
        ring.add_dev({'id': 0, 'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(sys.argv[2]), 'device': 'disk',
                      'replication_ip': '127.0.0.1', 'replication_port': int(sys.argv[2]), 'weight': 1.0, 'meta': ''})
        ring.rebalance()
        ring.get_ring().save(sys.argv[1])
        """;

    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly List<ChildProcess> processes = [];
    private readonly int port = FreePort.Next();

    private SwiftServer() =>
        Account = new S3Account(new Uri($"http://127.0.0.1:{port}"), "test:tester", "testers-own-secret");

    public S3Account Account { get; }

    public static async Task<SwiftServer> StartAsync()
    {
        var started = new SwiftServer();
        try
        {
            await started.PrepareAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess process in processes)
        {
            await process.DisposeAsync();
        }
        http.Dispose();
        directory.Dispose();
    }

    private async Task PrepareAsync()
    {
        await File.WriteAllTextAsync(
            directory["swift.conf"],
            """
            [swift-hash]
            swift_hash_path_suffix = test
            [storage-policy:0]
            name = gold
            default = yes
            """
        );
        directory.Make("disks/disk");
        foreach (string kind in (string[])["object", "container", "account"])
        {
            await StartStoreAsync(kind);
        }
        await WriteAsync("proxy-server", port, Proxy.Replace("SECRET", Account.SecretKey, StringComparison.Ordinal));
        Start("proxy-server");
        await Eventually.HoldsAsync("Swift to answer", AnswersAsync, TimeSpan.FromMinutes(2));
    }

    private async Task StartStoreAsync(string kind)
    {
        int listen = FreePort.Next();
        string[] ring = [directory[$"{kind}.ring.gz"], listen.ToString(CultureInfo.InvariantCulture)];
        (await ChildProcess.RunAsync(Python, ["-c", MakeRing, .. ring])).Checked($"the ring of {kind}");
        await WriteAsync(
            $"{kind}-server",
            listen,
            $"""
            devices = {directory["disks"]}
            mount_check = false
            [pipeline:main]
            pipeline = {kind}-server
            [app:{kind}-server]
            use = egg:swift#{kind}
            recon_cache_path = {directory.Path}
            """
        );
        Start($"{kind}-server");
    }

    private Task WriteAsync(string server, int listen, string rest) =>
        File.WriteAllTextAsync(
            directory[$"{server}.conf"],
            $"""
            [DEFAULT]
            bind_ip = 127.0.0.1
            bind_port = {listen}
            swift_dir = {directory.Path}
            user = {Environment.UserName}
            workers = 0
            log_address = {directory.Path}/none
            {rest}
            """
        );

    private void Start(string server) =>
        processes.Add(
            ChildProcess.Start(Python, ["-c", Serve, directory.Path, server], workingDirectory: directory.Path)
        );

    private async Task<bool> AnswersAsync()
    {
        if (processes.Find(process => process.HasExited) is { } ended)
        {
            throw new InvalidOperationException($"Swift ended while starting.\n{ended.Log}");
        }
        try
        {
            using HttpResponseMessage reply = await http.GetAsync(new Uri(Account.Endpoint, "/healthcheck"));
            return reply.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private const string Proxy = """
        [pipeline:main]
        pipeline = catch_errors healthcheck cache s3api tempauth bulk slo dlo proxy-server
        [app:proxy-server]
        use = egg:swift#proxy
        allow_account_management = true
        account_autocreate = true
        [filter:catch_errors]
        use = egg:swift#catch_errors
        [filter:healthcheck]
        use = egg:swift#healthcheck
        [filter:cache]
        use = egg:swift#memcache
        memcache_servers = 127.0.0.1:1
        [filter:s3api]
        use = egg:swift#s3api
        location = us-east-1
        force_swift_request_proxy_log = false
        [filter:tempauth]
        use = egg:swift#tempauth
        user_test_tester = SECRET .admin
        [filter:bulk]
        use = egg:swift#bulk
        [filter:slo]
        use = egg:swift#slo
        [filter:dlo]
        use = egg:swift#dlo
        """;
}
