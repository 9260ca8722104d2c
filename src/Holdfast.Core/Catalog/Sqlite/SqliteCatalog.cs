using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Core.Catalog.Sqlite;

/// <summary>
/// The embedded catalog: one file in WAL mode, every commit fsynced. Writers of this process take turns at a gate, so that
/// SQLite's own lock is only ever waited for when another process writes.
/// </summary>
public sealed class SqliteCatalog : ICatalog
{
    internal static readonly SqlDialect Dialect = new(
        "Sqlite",
        SkipLocked: "",
        ShareLock: "",
        Like: "LIKE",
        Lower: "lower({0})",
        LockText: null,
        BackupTexts: true,
        Arrays: false
    );

    // Each try already waits for the lock; more than a few means that somebody holds it and will not let go.
    private const int Tries = 4;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly string path;
    private readonly TimeProvider time;
    private readonly Outage reading;
    private readonly Outage writing;
    private readonly SqliteConnections connections;
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <param name="path">The database file; it and its directory are made, for the owner alone.</param>
    /// <param name="log">Told why the catalog does not answer: clients are not.</param>
    public SqliteCatalog(string path, TimeProvider time, ILogger<SqliteCatalog>? log = null)
    {
        RowMapping.Register();
        this.path = path;
        this.time = time;
        reading = new Outage(log ?? NullLogger<SqliteCatalog>.Instance, time);
        writing = new Outage(log ?? NullLogger<SqliteCatalog>.Instance, time);
        connections = new SqliteConnections(path);
    }

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            SqliteMigrator.MakeFile(path);
            SqliteMigrator.Run(connections.Writer, path, Migration.All(Dialect), time);
        }
        catch (SqliteException error)
        {
            throw Unavailable(error, writing);
        }
        finally
        {
            turn.Release();
        }
    }

    public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken)
    {
        int known = Migration.All(Dialect).Count;
        return File.Exists(path)
            ? ReadAsync(
                async session =>
                    await session.ScalarAsync<int>("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'")
                    == 0
                        ? new SchemaVersion(0, known)
                        : new SchemaVersion(await session.ScalarAsync<int>(Migration.Newest), known),
                cancellationToken
            )
            : Task.FromResult(new SchemaVersion(0, known));
    }

    public async Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            SqliteConnection reader = connections.TakeReader();
            try
            {
                using SqliteTransaction transaction = reader.BeginTransaction(deferred: true);
                T result = await work(new CatalogSession(reader, transaction, Dialect, cancellationToken));
                reading.Answered();
                return result;
            }
            finally
            {
                connections.Return(reader);
            }
        }
        catch (SqliteException error)
        {
            throw Unavailable(error, reading);
        }
    }

    public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    T result = await TryWriteAsync(work, cancellationToken);
                    writing.Answered();
                    return result;
                }
                catch (SqliteException error) when (IsBusy(error) && attempt < Tries) { }
            }
        }
        catch (SqliteException error)
        {
            throw Unavailable(error, writing);
        }
        finally
        {
            turn.Release();
        }
    }

    // There is one writer at a time anyway.
    public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
        WriteAsync(work, cancellationToken);

    private async Task<T> TryWriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        // Immediate: the lock is taken before the first read, so nothing read here can be stale at the commit.
        using SqliteTransaction transaction = connections.Writer.BeginTransaction(deferred: false);
        T result = await work(new CatalogSession(connections.Writer, transaction, Dialect, cancellationToken));
        transaction.Commit();
        return result;
    }

    private static bool IsBusy(SqliteException error) =>
        error.SqliteErrorCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED;

    private ServiceError Unavailable(SqliteException error, Outage outage)
    {
        string advice = error.SqliteErrorCode switch
        {
            SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "another process holds it; try again",
            SQLitePCL.raw.SQLITE_FULL => "its disk is full; free some space",
            SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_PERM =>
                "it cannot be opened for writing; check the owner and mode of the file and its directory",
            SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB =>
                "it is damaged; stop the service and put a copy in its place",
            _ => error.Message,
        };
        string detail = $"The catalog {path} failed: {advice}.";
        outage.Failed(detail);
        return new ServiceError(ServiceErrorKind.Unavailable, "The catalog does not answer; try again.", error)
        {
            Detail = detail,
            RetryAfter = RetryAfter,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await connections.DisposeAsync();
        turn.Dispose();
    }
}
