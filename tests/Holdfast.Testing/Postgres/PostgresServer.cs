using Holdfast.Testing.Files;
using Holdfast.Testing.Network;
using Holdfast.Testing.Processes;
using Npgsql;

namespace Holdfast.Testing.Postgres;

/// <summary>
/// A real PostgreSQL on a loopback port or in a network of its own, its data in a directory of its own, every commit
/// synced. It can be killed and started again on its data.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Installed = "/usr/lib/postgresql";
    private const string Superuser = "postgres";
    public const string Password = "a database's password";

    private static readonly string Version = NewestVersion();
    private static readonly string Programs = $"{Installed}/{Version}/bin";

    // Making an empty cluster takes longer than all else of a start; a copy of one does not.
    private static readonly string Template = RepositoryRoot.File($"artifacts/tools/postgresql-{Version}");

    private readonly TemporaryDirectory directory = new();
    private readonly int port = FreePort.Next();
    private readonly NetworkSpace? space;
    private ChildProcess? process;
    private int databases;

    private PostgresServer(NetworkSpace? space) => this.space = space;

    private string Data => directory["data"];

    private string Listen => space is null ? "127.0.0.1" : "*";

    /// <param name="space">Where it is to run; it listens on all addresses there.</param>
    public static async Task<PostgresServer> StartAsync(NetworkSpace? space = null)
    {
        var server = new PostgresServer(space);
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

    /// <returns>How to connect to a new, empty database, as Npgsql wants it.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        string name = $"test{Interlocked.Increment(ref databases)}";
        await using NpgsqlConnection connection = new(Connection(Superuser));
        await connection.OpenAsync();
        await using NpgsqlCommand command = new($"CREATE DATABASE {name} TEMPLATE template0", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(Connection(name)) { Pooling = true }.ConnectionString;
    }

    /// <summary>The same database through another address of the server's network.</summary>
    public static string Through(string connection, string address) =>
        new NpgsqlConnectionStringBuilder(connection) { Host = address }.ConnectionString;

    /// <summary>Starts it on the data that it left.</summary>
    public async Task StartAgainAsync()
    {
        process = Launch();
        await Eventually.HoldsAsync("PostgreSQL to answer", AnswersAsync, TimeSpan.FromMinutes(2));
    }

    private ChildProcess Launch() =>
        As(
            Superuser,
            "postgres",
            ["-D", Data, "-p", $"{port}", "-c", $"listen_addresses={Listen}", "-c", $"unix_socket_directories={Data}"],
            space?.Enter
        );

    /// <summary>SIGKILL of the first process: the others see it and end, as after a crash.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        await process.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            // SIGQUIT: at once, with all of its processes.
            process.Signal(3);
            await process.WaitForExitAsync();
            await process.DisposeAsync();
        }
        NpgsqlConnection.ClearAllPools();
        directory.Dispose();
    }

    private async Task PrepareAsync()
    {
        if (!Directory.Exists(Template))
        {
            await MakeTemplateAsync();
        }
        (await ChildProcess.RunAsync("cp", ["-a", "--reflink=auto", Template, Data])).Checked("cp");
        if (space is not null)
        {
            await File.AppendAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "host all all samenet scram-sha-256\n");
        }
        await GiveAsync(directory.Path);
    }

    /// <summary>Whole or not at all: whoever is first gives it its name.</summary>
    private static async Task MakeTemplateAsync()
    {
        using TemporaryDirectory making = new();
        string secret = making["password"];
        await File.WriteAllTextAsync(secret, Password);
        await GiveAsync(making.Path);
        string[] arguments = ["-D", making["data"], "-U", Superuser, "--auth=scram-sha-256", $"--pwfile={secret}"];
        await using (
            ChildProcess initdb = As(
                Superuser,
                "initdb",
                [.. arguments, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
            )
        )
        {
            (await initdb.WaitForExitAsync()).Checked("initdb");
        }
        string beside = $"{Template}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.GetDirectoryName(Template)!);
        (await ChildProcess.RunAsync("cp", ["-a", making["data"], beside])).Checked("cp");
        try
        {
            Directory.Move(beside, Template);
        }
        catch (IOException) when (Directory.Exists(Template))
        {
            Directory.Delete(beside, recursive: true);
        }
    }

    private static async Task GiveAsync(string path)
    {
        if (Environment.UserName == "root")
        {
            (await ChildProcess.RunAsync("chown", ["-R", $"{Superuser}:", path])).Checked("chown");
        }
    }

    private static string NewestVersion() =>
        (Directory.Exists(Installed) ? Directory.GetDirectories(Installed) : [])
            .Select(path => Path.GetFileName(path))
            .Where(name => int.TryParse(name, out _))
            .MaxBy(int.Parse)
        ?? throw new InvalidOperationException($"There is no PostgreSQL in {Installed}: install Debian's postgresql.");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static ChildProcess As(string user, string program, string[] arguments, IReadOnlyList<string>? enter = null)
    {
        string[] become =
            Environment.UserName == "root" ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups"] : [];
        string[] command = [.. enter ?? [], .. become, $"{Programs}/{program}", .. arguments];
        return ChildProcess.Start(command[0], command[1..], workingDirectory: "/");
    }

    private async Task<bool> AnswersAsync()
    {
        if (process!.HasExited)
        {
            string log = process.Log;
            await process.DisposeAsync();
            if (!log.Contains("is still in use", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"PostgreSQL ended while starting.\n{log}");
            }
            // The processes of one that was killed take a moment to see it.
            process = Launch();
        }
        try
        {
            await using NpgsqlConnection connection = new(Connection(Superuser));
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string Connection(string database) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = space?.Address(0) ?? "127.0.0.1",
            Port = port,
            Username = Superuser,
            Password = Password,
            Database = database,
            // A connection that was kept would answer for a server that is dead.
            Pooling = false,
        }.ConnectionString;
}
