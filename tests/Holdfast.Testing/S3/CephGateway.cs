using Holdfast.Testing.Files;
using Holdfast.Testing.Network;
using Holdfast.Testing.Processes;

namespace Holdfast.Testing.S3;

/// <summary>
/// A real S3 server: Ceph's RADOS gateway over a cluster of one monitor and one object store in memory, on loopback ports,
/// or the gateway on all addresses of a network of its own.
/// It starts in some two seconds, and forgets everything with its processes.
/// </summary>
public sealed class CephGateway : IAsyncDisposable
{
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly List<ChildProcess> cluster = [];
    private readonly int monitorPort = FreePort.Next();
    private readonly int port = FreePort.Next();
    private readonly NetworkSpace? space;
    private ChildProcess? gateway;

    private CephGateway(NetworkSpace? space)
    {
        this.space = space;
        Account = new S3Account(At(space?.Address(0) ?? "127.0.0.1"), "testkey", "the gateway's own secret");
    }

    public S3Account Account { get; }

    /// <summary>What makes <c>rados</c> and <c>radosgw-admin</c> this cluster's.</summary>
    public string AdminArguments => $"-c {Configuration} -n client.rgw";

    private string Configuration => directory["ceph.conf"];

    /// <param name="space">Where all of it is to run.</param>
    public static async Task<CephGateway> StartAsync(NetworkSpace? space = null)
    {
        var started = new CephGateway(space);
        try
        {
            await started.PrepareAsync();
            await started.StartGatewayAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>The account, and the gateway through another address of its network.</summary>
    public S3Account Through(string address) => Account with { Endpoint = At(address) };

    /// <summary>From now on the gateway takes connections, and answers nothing.</summary>
    public void Pause() => gateway!.Signal(SigStop);

    public void Resume() => gateway!.Signal(SigCont);

    /// <summary>SIGKILL: from now on nobody listens. What was stored stays.</summary>
    public async Task StopGatewayAsync()
    {
        gateway!.Kill();
        await gateway.WaitForExitAsync();
        await gateway.DisposeAsync();
        gateway = null;
    }

    public async Task StartGatewayAsync()
    {
        string frontend = $"beast endpoint={(space is null ? "127.0.0.1" : "0.0.0.0")}:{port}";
        gateway = Daemon("radosgw", ["-n", "client.rgw", $"--rgw_frontends={frontend}"]);
        await Eventually.HoldsAsync("Ceph's gateway to answer", AnswersAsync);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess? process in (ChildProcess?[])[gateway, .. cluster])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }
        http.Dispose();
        directory.Dispose();
    }

    private async Task PrepareAsync()
    {
        string id = Guid.NewGuid().ToString();
        await File.WriteAllTextAsync(Configuration, Settings(id) + "\n");
        foreach (string data in (string[])["mon", "osd", "rgw"])
        {
            directory.Make(data);
        }
        await StartMonitorAsync(id);
        await StartObjectStoreAsync();
        string[] user = ["--uid=test", "--display-name=test", $"--access-key={Account.AccessKey}"];
        string[] admin = ["-c", Configuration, "-n", "client.rgw", "user", "create"];
        await RunAsync("radosgw-admin", [.. admin, .. user, $"--secret-key={Account.SecretKey}"]);
    }

    private async Task StartMonitorAsync(string id)
    {
        string keyring = directory["keyring"];
        await RunAsync(
            "ceph-authtool",
            ["--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"]
        );
        await AddKeyAsync("client.admin", "allow *", "allow *");
        await AddKeyAsync("client.rgw", "allow rw", "allow rwx");
        string map = directory["monmap"];
        string[] address = ["--addv", "a", $"[v2:127.0.0.1:{monitorPort}]"];
        await RunAsync("monmaptool", ["--create", .. address, "--fsid", id, map]);
        string[] made = ["--mkfs", "-i", "a", "--monmap", map, "--keyring", keyring];
        await RunAsync("ceph-mon", [.. made, "-c", Configuration]);
        cluster.Add(Daemon("ceph-mon", ["-i", "a"]));

        Task AddKeyAsync(string name, string monitor, string store) =>
            RunAsync(
                "ceph-authtool",
                [keyring, "--gen-key", "-n", name, "--cap", "mon", monitor, "--cap", "osd", store]
            );
    }

    private async Task StartObjectStoreAsync()
    {
        string id = Guid.NewGuid().ToString();
        string key = (await RunAsync("ceph-authtool", ["--gen-print-key"])).Output.Trim();
        string secrets = directory["osd.json"];
        await File.WriteAllTextAsync(secrets, $$"""{"cephx_secret": "{{key}}"}""");
        await RunAsync("ceph", ["-c", Configuration, "--connect-timeout", "30", "osd", "new", id, "-i", secrets]);
        await File.WriteAllTextAsync(directory["osd/keyring"], $"[osd.0]\n\tkey = {key}\n");
        await RunAsync("ceph-osd", ["-i", "0", "-c", Configuration, "--mkfs", "--osd-uuid", id]);
        cluster.Add(Daemon("ceph-osd", ["-i", "0"]));
    }

    private Uri At(string address) => new($"http://{address}:{port}");

    private ChildProcess Daemon(string program, string[] arguments)
    {
        string[] command = [.. space?.Enter ?? [], program, .. arguments, "-f", "-c", Configuration];
        return ChildProcess.Start(command[0], command[1..], workingDirectory: directory.Path);
    }

    private async Task<ProcessResult> RunAsync(string program, string[] arguments)
    {
        string[] command = [.. space?.Enter ?? [], program, .. arguments];
        return (await ChildProcess.RunAsync(command[0], command[1..])).Checked(program);
    }

    private async Task<bool> AnswersAsync()
    {
        if (gateway!.HasExited)
        {
            throw new InvalidOperationException($"Ceph's gateway ended while starting.\n{gateway.Log}");
        }
        try
        {
            using HttpResponseMessage reply = await http.GetAsync(Account.Endpoint);
            return reply.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    // One copy of everything, no time for elections or scrubbing, and no sockets or logs outside the directory.
    private string Settings(string id) =>
        $"""
            [global]
            fsid = {id}
            mon_initial_members = a
            mon_host = v2:127.0.0.1:{monitorPort}
            ms_bind_ipv4 = true
            ms_bind_ipv6 = false
            public_addr = 127.0.0.1
            cluster_addr = 127.0.0.1
            keyring = {directory["keyring"]}
            auth_cluster_required = cephx
            auth_service_required = cephx
            auth_client_required = cephx
            auth_allow_insecure_global_id_reclaim = false
            osd_pool_default_size = 1
            osd_pool_default_min_size = 1
            osd_crush_chooseleaf_type = 0
            osd_pool_default_pg_num = 1
            osd_pool_default_pgp_num = 1
            osd_pool_default_pg_autoscale_mode = off
            rgw_rados_pool_pg_num_min = 1
            mon_allow_pool_size_one = true
            mon_max_pg_per_osd = 1000
            mon_data_avail_crit = 1
            mon_data_avail_warn = 2
            mon_election_timeout = 1
            mon_cluster_log_file = /dev/null
            paxos_propose_interval = 0.01
            osd_objectstore = memstore
            memstore_device_bytes = 4294967296
            osd_mclock_skip_benchmark = true
            run_dir = {directory.Path}
            log_file = {directory.Path}/$name.log
            admin_socket =
            pid_file =
            [mon.a]
            mon_data = {directory["mon"]}
            [osd]
            osd_data = {directory["osd"]}
            keyring = {directory["osd"]}/keyring
            [client.rgw]
            rgw_data = {directory["rgw"]}
            rgw_enable_usage_log = false
            rgw_dns_name =
            """;
}
