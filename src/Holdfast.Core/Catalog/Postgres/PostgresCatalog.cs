using System.Data;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>
/// The catalog of many nodes. A write is a serializable transaction, so that what it has read is as true at its commit as
/// in the embedded catalog, where writers take turns; of two that contradict each other one runs again.
/// </summary>
public sealed class PostgresCatalog : ICatalog
{
    internal static readonly SqlDialect Dialect = new(
        "Postgres",
        SkipLocked: "FOR UPDATE SKIP LOCKED",
        Like: "ILIKE",
        Lower: @"lower({0} COLLATE ""und-x-icu"")",
        Arrays: true
    );

    // Each conflict means that another has got through; so many in a row mean that something is wrong.
    private const int Tries = 50;

    // Milliseconds.
    private const int LongestPause = 50;

    private readonly NpgsqlDataSource source;
    private readonly TimeProvider time;
    private readonly ILogger log;

    /// <param name="connection">As <see cref="PostgresConnection.Parse"/> makes it.</param>
    /// <param name="log">Told why the catalog does not answer: clients are not.</param>
    public PostgresCatalog(string connection, TimeProvider time, ILogger<PostgresCatalog>? log = null)
    {
        RowMapping.Register();
        source = NpgsqlDataSource.Create(connection);
        this.time = time;
        this.log = log ?? NullLogger<PostgresCatalog>.Instance;
    }

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        AnsweredAsync(async () =>
        {
            await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
            await PostgresMigrator.RunAsync(connection, Migration.All(Dialect), time, cancellationToken);
            return true;
        });

    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        AnsweredAsync(async () =>
        {
            await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(
                IsolationLevel.RepeatableRead,
                cancellationToken
            );
            CatalogSession session = new(connection, transaction, Dialect, cancellationToken);
            await session.ExecuteAsync("SET TRANSACTION READ ONLY");
            return await work(session);
        });

    public Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        AnsweredAsync(async () =>
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    return await TryWriteAsync(work, cancellationToken);
                }
                catch (PostgresException error) when (IsConflict(error) && attempt < Tries)
                {
                    await Task.Delay(Pause(), time, cancellationToken);
                }
            }
        });

    private async Task<T> TryWriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(
            IsolationLevel.Serializable,
            cancellationToken
        );
        T result = await work(new CatalogSession(connection, transaction, Dialect, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Of different length for each, so that the same two do not meet again.</summary>
    private static TimeSpan Pause() => TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(LongestPause));

    private static bool IsConflict(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    private async Task<T> AnsweredAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NpgsqlException error)
        {
            string detail = $"The catalog on {source.ConnectionString} failed: {error.Message}";
            Log.CatalogFailed(log, detail);
            throw new ServiceError(ServiceErrorKind.Unavailable, "The catalog does not answer; try again.", error)
            {
                Detail = detail,
            };
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
