using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Keystone;

/// <summary>
/// A real Keystone: Debian's, one process on a loopback port, its database and keys in a directory of its own. It starts
/// in some seconds, with what <c>keystone-manage bootstrap</c> makes. It can be stopped and started again on its data.
/// </summary>
public sealed class KeystoneServer : IAsyncDisposable
{
    public const string AdminPassword = "keystone's own secret";

    /// <summary>How long tokens live that were made since the start.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    // Debian's modules are its own Python's, whatever else is on the PATH.
    private const string Python = "/usr/bin/python3";

    private const string Serve = """
        import os
        from keystone.server.wsgi import initialize_public_application
        from werkzeug.serving import run_simple
        run_simple('127.0.0.1', int(os.environ['PORT']), initialize_public_application(), threaded=True)
        """;

    private readonly TemporaryDirectory directory = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly int port = FreePort.Next();
    private ChildProcess? process;

    private KeystoneServer()
    {
        Url = new Uri($"http://127.0.0.1:{port}/v3");
        Admin = new KeystoneClient(Url, "admin", AdminPassword, "admin");
    }

    /// <summary>Of the version 3 API: what clients call <c>OS_AUTH_URL</c>.</summary>
    public Uri Url { get; }

    /// <summary>The administrator that bootstrap makes.</summary>
    public KeystoneClient Admin { get; }

    private string Log => process!.Log;

    public static async Task<KeystoneServer> StartAsync()
    {
        var server = new KeystoneServer();
        try
        {
            await server.PrepareAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL: from now on nobody listens.</summary>
    public async Task StopAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        await process.DisposeAsync();
    }

    /// <summary>Starts it on the data that it left.</summary>
    /// <param name="tokenLifetime">Of the tokens made from now on; <see cref="TokenLifetime"/> by default.</param>
    public async Task StartAgainAsync(TimeSpan? tokenLifetime = null)
    {
        WriteSettings(tokenLifetime ?? TokenLifetime);
        Dictionary<string, string?> environment = new()
        {
            ["OS_KEYSTONE_CONFIG_DIR"] = directory.Path,
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
        };
        process = ChildProcess.Start(Python, ["-c", Serve], environment, directory.Path);
        await Eventually.HoldsAsync("Keystone to answer", AnswersAsync, TimeSpan.FromMinutes(2));
    }

    /// <summary>How many requests Keystone has answered since it was last started.</summary>
    /// <param name="request">How they begin: <c>GET /v3/auth/tokens</c>.</param>
    public async Task<int> CountAsync(string request)
    {
        // A request is logged before it is answered: when this one is there, all before it are.
        string mark = Guid.NewGuid().ToString();
        (await http.GetAsync(new Uri($"{Url}?{mark}"))).Dispose();
        await Eventually.HoldsAsync(
            "Keystone's log",
            () => Task.FromResult(Log.Contains(mark, StringComparison.Ordinal))
        );
        return Log.Split(request).Length - 1;
    }

    /// <summary>Gives a project an id of one's choice, which only the database can. Tokens of it end.</summary>
    public Task GiveIdAsync(string project, string id) =>
        SqlAsync(
            $"UPDATE project SET id = '{id}' WHERE id = '{project}';"
                + $"UPDATE assignment SET target_id = '{id}' WHERE target_id = '{project}'"
        );

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
        Admin.Dispose();
        http.Dispose();
        directory.Dispose();
    }

    private async Task PrepareAsync()
    {
        WriteSettings(TokenLifetime);
        MakeKeys("fernet-keys");
        MakeKeys("credential-keys");
        await ManageAsync("db_sync");
        // Else a thread of Keystone's that has read keeps another from writing.
        await SqlAsync("PRAGMA journal_mode = WAL");
        await ManageAsync(
            "bootstrap",
            ["--bootstrap-password", AdminPassword, "--bootstrap-public-url", Url.AbsoluteUri],
            ["--bootstrap-internal-url", Url.AbsoluteUri, "--bootstrap-admin-url", Url.AbsoluteUri],
            ["--bootstrap-region-id", "RegionOne"]
        );
    }

    private async Task ManageAsync(string command, params string[][] options)
    {
        string[] arguments = ["--config-file", directory["keystone.conf"], command, .. options.SelectMany(o => o)];
        (await ChildProcess.RunAsync("/usr/bin/keystone-manage", arguments)).Checked($"keystone-manage {command}");
    }

    private async Task SqlAsync(string statement) =>
        (await ChildProcess.RunAsync("sqlite3", [directory["keystone.db"], statement])).Checked("sqlite3");

    // Cheap password hashes, and no cache: what is revoked is so at once.
    private void WriteSettings(TimeSpan tokenLifetime) =>
        File.WriteAllText(
            directory["keystone.conf"],
            $"""
            [DEFAULT]
            use_stderr = true
            [database]
            connection = sqlite:///{directory["keystone.db"]}
            [identity]
            password_hash_rounds = 4
            [token]
            expiration = {(int)tokenLifetime.TotalSeconds}
            [cache]
            enabled = false
            [fernet_tokens]
            key_repository = {directory["fernet-keys"]}
            [fernet_receipts]
            key_repository = {directory["fernet-keys"]}
            [credential]
            key_repository = {directory["credential-keys"]}
            """
        );

    // What `keystone-manage fernet_setup` would make in two seconds: the next key and the one in use.
    private void MakeKeys(string name)
    {
        string keys = directory.Make(name);
        File.SetUnixFileMode(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string key in new[] { "0", "1" })
        {
            byte[] secret = RandomNumberGenerator.GetBytes(32);
            File.WriteAllText(
                Path.Combine(keys, key),
                Convert.ToBase64String(secret).Replace('+', '-').Replace('/', '_')
            );
        }
    }

    private async Task<bool> AnswersAsync()
    {
        if (process!.HasExited)
        {
            throw new InvalidOperationException($"Keystone ended while starting.\n{process.Log}");
        }
        try
        {
            using HttpResponseMessage reply = await http.GetAsync(Url);
            return reply.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
