using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Core.Operations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>
/// What nodes on one database have between them, on a connection of this node's own: a name that is one process's; and word
/// that something was queued. Losing word costs a poll interval.
/// </summary>
public sealed class NodeChannel(
    string connectionString,
    ICatalog catalog,
    WakeSignal wake,
    CoreOptions options,
    TimeProvider time,
    ILogger<NodeChannel> logger
) : IAsyncDisposable
{
    private const string Queued = "holdfast_queued";

    // Longer than the server takes to notice that a machine is gone which had the name.
    private static readonly TimeSpan LongestWaitForName = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(100);

    private readonly string me = Guid.NewGuid().ToString("N");
    private readonly string connectionString = new NpgsqlConnectionStringBuilder(connectionString)
    {
        Pooling = false,
        // Seconds between signs of life while it waits.
        KeepAlive = 10,
    }.ConnectionString;
    private NpgsqlConnection? open;

    /// <summary>Takes the node's name, before anything is done in it. May be asked again: the start is, when the catalog was away.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Conflict"/>: another process has it.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Its lock would be in our own way, and nobody knows whether the server still has it.
        await CloseAsync();
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                open = await ConnectAsync(cancellationToken);
                return;
            }
            catch (ServiceError error)
                when (error.Kind == ServiceErrorKind.Conflict && time.GetElapsedTime(began) < LongestWaitForName)
            {
                // It may be this node's last process, which the server has not noticed to be dead.
                await Task.Delay(ShortestRest, time, cancellationToken);
            }
            catch (NpgsqlException error)
            {
                throw new ServiceError(
                    ServiceErrorKind.Unavailable,
                    $"The catalog on {PostgresConnection.Describe(connectionString)} failed: {error.Message}",
                    error
                )
                {
                    IsOutage = PostgresCatalog.IsAway(error),
                };
            }
        }
    }

    /// <summary>Passes on what other nodes say, until told to stop.</summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Conflict"/>: the connection broke, and another process has the name now. This node must
    /// end: the catalog refuses what it would claim or announce.
    /// </exception>
    public async Task ListenAsync(CancellationToken stopping)
    {
        Patience patience = new(ShortestRest);
        bool broken = false;
        long? refused = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                open ??= await ConnectAsync(stopping);
                patience.Reset();
                refused = null;
                if (broken)
                {
                    Log.ChannelMended(logger);
                    broken = false;
                }
                // For what was said while nobody listened.
                wake.WakeHere();
                while (true)
                {
                    await open.WaitAsync(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or ServiceError)
            {
                if (!broken)
                {
                    Log.ChannelBroken(logger, error.Message);
                    broken = true;
                }
                await CloseAsync();
                if (error is ServiceError { Kind: ServiceErrorKind.Conflict })
                {
                    // It may be this process's own session, which the server has not noticed to be broken.
                    refused ??= time.GetTimestamp();
                    if (time.GetElapsedTime(refused.Value) >= LongestWaitForName)
                    {
                        throw;
                    }
                }
                await Task.Delay(patience.Next(), time, stopping)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Tells other nodes what this one has queued, until told to stop.</summary>
    public async Task TellAsync(CancellationToken stopping)
    {
        Task queued = wake.NextOfOurs;
        while (!stopping.IsCancellationRequested)
        {
            await queued.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested)
            {
                return;
            }
            // What comes while we tell is told once more.
            queued = wake.NextOfOurs;
            await TellOnceAsync(stopping);
        }
    }

    /// <summary>Has other nodes look at the queue.</summary>
    public async Task TellOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await catalog.ClaimAsync(
                session => session.ScalarAsync<string>("SELECT pg_notify(@Queued, @me)::text", new { Queued, me }),
                cancellationToken
            );
        }
        catch (Exception error)
            when (error is ServiceError
                || (error is OperationCanceledException && cancellationToken.IsCancellationRequested)
            )
        {
            // They look by themselves in a moment.
        }
    }

    public ValueTask DisposeAsync() => CloseAsync();

    private async ValueTask CloseAsync()
    {
        NpgsqlConnection? closing = open;
        open = null;
        if (closing is not null)
        {
            await closing.DisposeAsync();
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = new(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand command = new(
                $"LISTEN {Queued}; SELECT pg_try_advisory_lock({LockOf(options.Node)})",
                connection
            );
            if (await command.ExecuteScalarAsync(cancellationToken) is not true)
            {
                throw ServiceError.Conflict($"Another process is node {options.Node} of this catalog.");
            }
            connection.Notification += (_, said) => Hear(said.Payload);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private void Hear(string from)
    {
        if (from != me)
        {
            wake.WakeHere();
        }
    }

    // Advisory locks have numbers: 64 bits of a hash are as good as the name.
    private static long LockOf(string node) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"holdfast node {node}")));
}
