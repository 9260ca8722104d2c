using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;

namespace Holdfast.SystemTests.Server;

/// <summary>
/// The real executable, serving on a free port with a data directory of its own. It is the one built beside these
/// tests, or <c>HOLDFAST_TEST_BIN</c>. It can be killed at any moment and started again on the same data.
/// </summary>
public sealed class HoldfastServer : IAsyncDisposable
{
    public const string AdminPassword = "correct horse battery";

    private readonly TemporaryDirectory directory = new();
    private readonly IReadOnlyList<string> command;
    private readonly IReadOnlyList<string> serveOptions;
    private readonly Dictionary<string, string?> environment;
    private readonly HttpClient http;
    private S3Place? store;
    private ChildProcess? process;

    private HoldfastServer(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string?>? settings,
        IReadOnlyList<string> serveOptions,
        bool tls = false
    )
    {
        (this.command, this.serveOptions) = (command, serveOptions);
        Url = new Uri($"{(tls ? "https" : "http")}://127.0.0.1:{FreePort.Next()}");
        environment = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["HOLDFAST_LISTEN"] = Url.GetLeftPart(UriPartial.Authority),
            ["HOLDFAST_DATA"] = DataDirectory,
            ["HOLDFAST_ADMIN_PASSWORD"] = AdminPassword,
        };
        environment.TryAdd("HOLDFAST_WORKERS__POLL_SECONDS", "0.05");
        SocketsHttpHandler handler = new();
        if (tls)
        {
            X509ChainPolicy known = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            known.CustomTrustStore.Add(WriteCertificate());
            handler.SslOptions.CertificateChainPolicy = known;
        }
        http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
    }

    public Uri Url { get; }

    public string DataDirectory => directory["data"];

    /// <summary>What it is told by its environment.</summary>
    public IReadOnlyDictionary<string, string?> Settings => environment;

    /// <summary>The process that serves.</summary>
    public int ProcessId => process!.Id;

    public bool HasExited => process!.HasExited;

    /// <summary>What it has written since it was last started.</summary>
    public string Log => process!.Log;

    /// <summary>A directory on the same disk for what a test needs beside the server.</summary>
    public TemporaryDirectory Scratch => directory;

    /// <summary>The command that runs the executable, without a verb.</summary>
    public static IReadOnlyList<string> Command { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_TEST_BIN") is { } binary
            ? [binary]
            : ["dotnet", BuiltExecutable()];

    /// <param name="settings">Environment beside what every test server gets.</param>
    /// <returns>A server that is ready for requests.</returns>
    public static Task<HoldfastServer> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null,
        params string[] serveOptions
    ) => StartAsync(Command, settings, serveOptions);

    /// <summary>The same by TLS, with a certificate that it has issued itself.</summary>
    public static Task<HoldfastServer> StartTlsAsync() =>
        StartAsync(new HoldfastServer(Command, settings: null, serveOptions: [], tls: true));

    /// <param name="command">Another program than the one under test, without a verb.</param>
    /// <param name="settings">Environment beside what every test server gets.</param>
    /// <returns>A server that is ready for requests.</returns>
    public static Task<HoldfastServer> StartAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string?>? settings = null,
        params string[] serveOptions
    ) => StartAsync(new HoldfastServer(command, settings, serveOptions));

    private static async Task<HoldfastServer> StartAsync(HoldfastServer server)
    {
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <param name="store">Where the repositories are to lie.</param>
    /// <returns>A server that is ready for requests.</returns>
    public static async Task<HoldfastServer> StartOnAsync(
        S3Place store,
        IReadOnlyDictionary<string, string?>? settings = null
    )
    {
        Dictionary<string, string?> all = new(settings ?? new Dictionary<string, string?>());
        foreach ((string name, string? value) in store.Account.Environment)
        {
            all[name] = value;
        }
        HoldfastServer server = await StartAsync(
            new Dictionary<string, string?>(all) { ["HOLDFAST_STORE"] = store.Setting }
        );
        server.store = store;
        return server;
    }

    /// <summary>Starts it on the data that it left.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await Eventually.HoldsAsync("the server to be ready", IsReadyAsync);
    }

    /// <summary>The same without waiting until it is ready.</summary>
    public void Launch() => process = Launch(["serve", .. serveOptions]);

    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public async Task<bool> IsReadyAsync()
    {
        if (process!.HasExited)
        {
            throw new InvalidOperationException($"The server ended while starting.\n{process.Log}");
        }
        try
        {
            using HttpResponseMessage reply = await http.GetAsync(new Uri(Url, "/readyz"));
            return reply.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Any signal, by its number.</summary>
    public void Signal(int number) => process!.Signal(number);

    /// <summary>SIGTERM, as an init system stops a service. One that has ended is left alone.</summary>
    public Task<ProcessResult> StopAsync()
    {
        if (!process!.HasExited)
        {
            process.Terminate();
        }
        return process.WaitForExitAsync();
    }

    /// <summary>Runs another verb of the executable beside the server, which must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> RunAsync(params string[] arguments) =>
        (await TryRunAsync(arguments)).Checked($"holdfast {string.Join(' ', arguments)}").Output;

    /// <summary>The same, whatever its exit code.</summary>
    public async Task<ProcessResult> TryRunAsync(params string[] arguments)
    {
        await using ChildProcess verb = Launch(arguments);
        return await verb.WaitForExitAsync();
    }

    /// <summary>Runs it to the call at which it dies.</summary>
    public Task KillVerbAsync(DeathAt death, params string[] arguments) =>
        death.RunAsync(directory["trace"], [.. command, .. arguments], environment);

    /// <summary>Runs it past the call, until that is done, and kills it there.</summary>
    public Task KillVerbAfterAsync(DeathAt death, Func<bool> done, params string[] arguments) =>
        death.RunPastAsync(directory["trace"], [.. command, .. arguments], environment, done);

    /// <summary>Lets the process that serves come to the call at which it dies.</summary>
    /// <param name="begin">What makes it come there.</param>
    public async Task DieAsync(DeathAt death, Func<Task> begin)
    {
        await using (await death.AwaitAsync(directory["trace"], ProcessId))
        {
            await begin();
            await Eventually.HoldsAsync("its death", () => DeathAt.HasHappenedAsync(directory["trace"]));
        }
        await process!.WaitForExitAsync();
    }

    /// <summary>Starts it on the data that it left, to come to the call at which it dies.</summary>
    public Task DieAgainAsync(DeathAt death) => KillVerbAsync(death, ["serve", .. serveOptions]);

    /// <summary>Stock restic on a project's repository, opened with the exported key.</summary>
    public async Task<Restic> OpenRepositoryAsync(string projectId)
    {
        string password = await RunAsync("key", "export", "--project", projectId);
        return store is null
            ? new Restic(Path.Combine(DataDirectory, "store", projectId), password)
            : new Restic($"{store.Repository}/{projectId}", password, store.Account.Environment);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }
        http.Dispose();
        directory.Dispose();
    }

    /// <returns>A certificate for one day, which the server is told to show.</returns>
    private X509Certificate2 WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        (string at, string keyAt) = (directory["certificate.pem"], directory["key.pem"]);
        File.WriteAllText(at, certificate.ExportCertificatePem());
        File.WriteAllText(keyAt, key.ExportPkcs8PrivateKeyPem());
        (environment["HOLDFAST_TLS__CERTIFICATE"], environment["HOLDFAST_TLS__KEY"]) = (at, keyAt);
        return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem());
    }

    private ChildProcess Launch(IReadOnlyList<string> arguments) =>
        ChildProcess.Start(command[0], [.. command.Skip(1), .. arguments], environment, directory.Path);

    // The tests are built into tests/Holdfast.SystemTests/bin/<configuration>/net10.0.
    private static string BuiltExecutable()
    {
        string framework = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string configuration = Path.GetFileName(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..")));
        return RepositoryRoot.File($"src/Holdfast/bin/{configuration}/{framework}/linux-x64/holdfast.dll");
    }
}
