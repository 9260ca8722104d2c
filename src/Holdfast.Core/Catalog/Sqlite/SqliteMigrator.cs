using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Core.Catalog.Sqlite;

/// <summary>Makes the database file and brings its schema forwards; a step is in whole or not at all.</summary>
internal static class SqliteMigrator
{
    /// <summary>The file holds names and secrets' hashes: it is its owner's alone, from its first byte on.</summary>
    public static void MakeFile(string path)
    {
        string directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        using FileStream stream = new(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                UnixCreateMode = OwnerOnly,
            }
        );
    }

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="ServiceError">The schema is newer than <paramref name="steps"/>.</exception>
    public static void Run(SqliteConnection connection, string path, IReadOnlyList<Migration> steps, TimeProvider time)
    {
        int current = Version(connection);
        if (current > steps.Count)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The catalog {path} has schema {current}, and this program knows schemas up to {steps.Count}. "
                    + "Start the newer program that made it, or put back the copy made before that upgrade."
            );
        }
        if (current > 0 && current < steps.Count)
        {
            Copy(connection, Free($"{path}.before-{steps.Count}-from-{current}"));
        }
        foreach (Migration step in steps.Skip(current))
        {
            Apply(connection, step, time.Now());
        }
    }

    private static int Version(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText =
            "CREATE TABLE IF NOT EXISTS schema_version "
            + "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT; "
            + Migration.Newest;
        return Convert.ToInt32(command.ExecuteScalar());
    }

    /// <summary>The name, or with a number where copies of earlier upgrades have it: none is ever written over.</summary>
    private static string Free(string name)
    {
        string free = name;
        for (int number = 2; File.Exists(free); number++)
        {
            free = $"{name}-{number}";
        }
        return free;
    }

    /// <summary>A copy that a crash cannot leave half: made beside, then renamed.</summary>
    private static void Copy(SqliteConnection connection, string target)
    {
        string beside = target + ".new";
        File.Delete(beside);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO @beside";
        command.Parameters.AddWithValue("@beside", beside);
        command.ExecuteNonQuery();
        File.SetUnixFileMode(beside, OwnerOnly);
        using (SafeFileHandle copy = File.OpenHandle(beside))
        {
            Libc.Sync(copy, beside);
        }
        File.Move(beside, target, overwrite: false);
        Libc.SyncDirectory(Path.GetDirectoryName(target)!);
    }

    private static void Apply(SqliteConnection connection, Migration step, DateTimeOffset now)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = step.Sql;
        command.ExecuteNonQuery();
        command.CommandText = "INSERT INTO schema_version (version, name, applied_at) VALUES (@version, @name, @now)";
        command.Parameters.AddWithValue("@version", step.Version);
        command.Parameters.AddWithValue("@name", step.Name);
        command.Parameters.AddWithValue("@now", Timestamp.ToMicroseconds(now));
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
