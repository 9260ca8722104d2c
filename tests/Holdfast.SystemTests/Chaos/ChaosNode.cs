using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// A node, kept up as an init system would: whenever its process has ended, and nobody wants it down, another is started.
/// </summary>
internal sealed class ChaosNode : IAsyncDisposable
{
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Journal journal;
    private readonly CancellationTokenSource over = new();
    private readonly Task kept;
    private volatile bool wanted = true;
    private int processes;

    private ChaosNode(string name, HoldfastServer server, Journal journal)
    {
        (Name, Server, this.journal) = (name, server, journal);
        kept = KeepUpAsync();
    }

    public string Name { get; }

    public HoldfastServer Server { get; }

    public static async Task<ChaosNode> StartAsync(
        string name,
        S3Place store,
        IReadOnlyDictionary<string, string?> settings,
        Journal journal
    ) => new(name, await HoldfastServer.StartOnAsync(store, settings), journal);

    /// <summary>SIGKILL; it stays down until <see cref="Raise"/>.</summary>
    public async Task KillAsync()
    {
        wanted = false;
        await Server.KillAsync();
    }

    /// <summary>SIGTERM; it stays down until <see cref="Raise"/>.</summary>
    public async Task StopAsync()
    {
        wanted = false;
        ProcessResult ended = await Server.StopAsync();
        if (ended.ExitCode != 0)
        {
            journal.Find($"{Name} was told to stop, and ended with {ended.ExitCode}.");
        }
    }

    public void Raise() => wanted = true;

    /// <summary>It stands still, and does not know.</summary>
    public void Freeze() => Server.Signal(SigStop);

    public void Thaw() => Server.Signal(SigCont);

    public Task ReadyAsync() =>
        Eventually.HoldsAsync(
            $"{Name} to be ready",
            async () => !Server.HasExited && await Server.IsReadyAsync(),
            TimeSpan.FromMinutes(2)
        );

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await kept;
        LookAtLog(Server.Log);
        await Server.DisposeAsync();
        over.Dispose();
    }

    private async Task KeepUpAsync()
    {
        while (!over.IsCancellationRequested)
        {
            if (Server.HasExited && wanted)
            {
                LookAtLog(Server.Log);
                Server.Launch();
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), over.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void LookAtLog(string log)
    {
        journal.Note($"{Name}'s process {processes} has ended: {log.Split('\n')[^1]}");
        journal.Keep(Name, processes++, log);
        if (log.Contains("Unhandled exception", StringComparison.Ordinal))
        {
            journal.Find($"{Name} has crashed.");
        }
    }
}
