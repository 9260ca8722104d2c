using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Holdfast.Core.Catalog.Sqlite;

/// <summary>
/// Open connections of one database file: one writer, and readers kept for the next reader. Readers cannot write.
/// </summary>
internal sealed class SqliteConnections(string path) : IAsyncDisposable
{
    // Readers beyond this many are closed instead of kept: more are idle than the machine could use.
    private static readonly int KeptReaders = 2 * Environment.ProcessorCount;

    // Seconds that SQLite waits for another process's lock: a command-line verb beside the service is gone long before.
    private const int BusySeconds = 5;

    // The index entries of a project with 10,000 backups are 3 MiB; SQLite's own 2 MiB would read them anew for each search.
    private const int CacheKibibytes = 16 << 10;

    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private SqliteConnection? writer;

    /// <summary>The one connection that writes; callers take turns.</summary>
    public SqliteConnection Writer => writer ??= Open(readOnly: false);

    public SqliteConnection TakeReader() => readers.TryTake(out SqliteConnection? open) ? open : Open(readOnly: true);

    public void Return(SqliteConnection reader)
    {
        if (readers.Count < KeptReaders)
        {
            readers.Add(reader);
        }
        else
        {
            reader.Dispose();
        }
    }

    private SqliteConnection Open(bool readOnly)
    {
        SqliteConnectionStringBuilder text = new()
        {
            DataSource = path,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
        };
        SqliteConnection connection = new(text.ToString());
        try
        {
            connection.Open();
            // SQLite's own lower() knows ASCII alone; matching without case is to know every letter.
            connection.CreateFunction("lower", (string? value) => value?.ToLowerInvariant(), isDeterministic: true);
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = readOnly
                ? $"PRAGMA query_only = ON; PRAGMA cache_size = -{CacheKibibytes}"
                : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (readers.TryTake(out SqliteConnection? reader))
        {
            await reader.DisposeAsync();
        }
        if (writer is not null)
        {
            await writer.DisposeAsync();
        }
    }
}
