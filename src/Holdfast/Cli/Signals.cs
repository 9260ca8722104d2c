using System.Runtime.InteropServices;

namespace Holdfast.Cli;

/// <summary>
/// SIGINT and SIGTERM ask the verb to stop and clean up; a second one ends the process at once. SIGHUP is ignored:
/// another restic probes whether a lock's holder lives by sending it one.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;

    public Signals() =>
        registrations = [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
        ];

    public CancellationToken Stop => stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }
        stop.Dispose();
    }

    private void OnStop(PosixSignalContext context)
    {
        // The runtime's default (end the process) stays in force for the second signal.
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    }
}
