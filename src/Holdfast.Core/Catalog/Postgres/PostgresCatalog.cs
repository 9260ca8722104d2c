using System.Data;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>
/// The catalog of many nodes. A write is a serializable transaction, so that what it has read is as true at its commit as
/// in the embedded catalog, where writers take turns; of two that contradict each other one runs again. A connection that
/// breaks is made again for a moment, as long as nothing can have been committed; then the catalog is unavailable.
/// </summary>
public sealed class PostgresCatalog : ICatalog
{
    internal static readonly SqlDialect Dialect = new(
        "Postgres",
        SkipLocked: "FOR UPDATE SKIP LOCKED",
        ShareLock: "FOR SHARE",
        Like: "ILIKE",
        Lower: @"lower({0} COLLATE ""und-x-icu"")",
        // Of numbers in two parts, so that it is none of the locks that are held elsewhere here.
        LockText: "SELECT pg_advisory_xact_lock(1, hashtext(@text))",
        BackupTexts: false,
        Arrays: true
    );

    // Who comes again takes turns, so conflicts with the first tries of others alone: so many mean that something is wrong.
    private const int Tries = 50;

    // A unique value that another transaction has just added is seen by the next try; one that stays is the caller's fault.
    private const int TriesAtUnique = 5;

    // Before each further attempt at a connection that broke or was refused: a database that starts again, or fails over.
    private static readonly TimeSpan[] Rests =
    [
        TimeSpan.FromMilliseconds(50),
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromMilliseconds(200),
        TimeSpan.FromMilliseconds(400),
    ];

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource source;
    private readonly string connectionOfMigrations;
    private readonly string place;
    private readonly DatabaseClock clock;
    private readonly ILogger log;
    private readonly Outage outage;

    /// <param name="connection">As <see cref="PostgresConnection.Parse"/> makes it.</param>
    /// <param name="clock">Set from the database with every read.</param>
    /// <param name="log">Told why the catalog does not answer: clients are not.</param>
    public PostgresCatalog(string connection, DatabaseClock clock, ILogger<PostgresCatalog>? log = null)
    {
        RowMapping.Register();
        source = NpgsqlDataSource.Create(connection);
        connectionOfMigrations = new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString;
        place = PostgresConnection.Describe(connection);
        this.clock = clock;
        this.log = log ?? NullLogger<PostgresCatalog>.Instance;
        outage = new Outage(this.log, clock);
    }

    public Task MigrateAsync(CancellationToken cancellationToken) =>
        AnsweredAsync(
            async () =>
            {
                await using NpgsqlConnection connection = new(connectionOfMigrations);
                await connection.OpenAsync(cancellationToken);
                await PostgresMigrator.RunAsync(connection, Migration.All(Dialect), clock, cancellationToken);
                return true;
            },
            cancellationToken
        );

    public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken)
    {
        int known = Migration.All(Dialect).Count;
        return ReadAsync(
            async session =>
                await session.ScalarAsync<bool>("SELECT to_regclass('schema_version') IS NOT NULL")
                    ? new SchemaVersion(await session.ScalarAsync<int>(Migration.Newest), known)
                    : new SchemaVersion(0, known),
            cancellationToken
        );
    }

    public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        AnsweredAsync(
            async () =>
            {
                await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
                await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(
                    IsolationLevel.RepeatableRead,
                    cancellationToken
                );
                CatalogSession session = new(connection, transaction, Dialect, cancellationToken);
                long asked = clock.GetTimestamp();
                clock.Learn(asked, await session.ScalarAsync<DateTimeOffset>(ReadOnlyAndTime));
                return await work(session);
            },
            cancellationToken
        );

    public Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        AnsweredAsync(
            async () =>
            {
                for (int attempt = 1; ; attempt++)
                {
                    try
                    {
                        return await WriteAsync(work, attempt > 1, IsolationLevel.Serializable, cancellationToken);
                    }
                    catch (PostgresException error) when (attempt < TriesAt(error)) { }
                }
            },
            cancellationToken
        );

    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        AnsweredAsync(
            () => WriteAsync(work, inTurn: false, IsolationLevel.ReadCommitted, cancellationToken),
            cancellationToken
        );

    private const string ReadOnlyAndTime =
        "SET TRANSACTION READ ONLY; SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    // As the first statement it takes no snapshot, as a SELECT of an advisory lock would: what the transaction sees is from
    // after the wait. The lock ends with the transaction, so that there is nothing left to do after the commit.
    private const string TakeTurn = "LOCK TABLE turn IN EXCLUSIVE MODE";

    /// <param name="inTurn">Whether to wait for all others, of any node, who came into conflict before.</param>
    private async Task<T> WriteAsync<T>(
        Func<ICatalogSession, Task<T>> work,
        bool inTurn,
        IsolationLevel isolation,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(
            isolation,
            cancellationToken
        );
        CatalogSession session = new(connection, transaction, Dialect, cancellationToken);
        if (inTurn)
        {
            await session.ExecuteAsync(TakeTurn);
        }
        T result = await work(session);
        try
        {
            // Not to be called off: whether it was committed would be nobody's knowledge.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (NpgsqlException error) when (error is not PostgresException || IsAway(error))
        {
            throw new UnknownOutcomeException(error);
        }
        return result;
    }

    private static int TriesAt(PostgresException error) =>
        error.SqlState switch
        {
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => Tries,
            PostgresErrorCodes.UniqueViolation => TriesAtUnique,
            _ => 1,
        };

    /// <summary>Whether there is no connection, or none any more, though there may be one soon.</summary>
    public static bool IsAway(NpgsqlException error) =>
        error is PostgresException answer
            ? answer.SqlState
                is PostgresErrorCodes.AdminShutdown
                    or PostgresErrorCodes.CrashShutdown
                    or PostgresErrorCodes.CannotConnectNow
                    or PostgresErrorCodes.TooManyConnections
            : error.InnerException is IOException or SocketException;

    private async Task<T> AnsweredAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                T answer = await ask();
                outage.Answered();
                return answer;
            }
            catch (NpgsqlException error) when (IsAway(error) && attempt < Rests.Length)
            {
                await Task.Delay(Rests[attempt], clock, cancellationToken);
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.CharacterNotInRepertoire)
            {
                throw ServiceError.Invalid("A text of the request contains a NUL character.");
            }
            catch (NpgsqlException error)
            {
                throw Unavailable(error);
            }
            catch (UnknownOutcomeException error)
            {
                throw Unavailable(error.InnerException!);
            }
        }
    }

    private ServiceError Unavailable(Exception error)
    {
        string detail = $"The catalog on {place} failed: {error.Message}";
        bool answered = error is PostgresException answer && !IsAway(answer);
        if (answered)
        {
            Log.CatalogFailed(log, detail);
        }
        else
        {
            outage.Failed(detail);
        }
        return new ServiceError(ServiceErrorKind.Unavailable, "The catalog does not answer; try again.", error)
        {
            Detail = detail,
            IsOutage = !answered,
            RetryAfter = RetryAfter,
        };
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>The commit was sent, and no answer came: it must not be done again.</summary>
    private sealed class UnknownOutcomeException(NpgsqlException inner) : Exception(inner.Message, inner);
}
