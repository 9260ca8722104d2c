using Dapper;
using Npgsql;

namespace Holdfast.Core.Catalog.Postgres;

/// <summary>Brings the schema forwards, one node at a time; a step is in whole or not at all.</summary>
internal static class PostgresMigrator
{
    // Whoever else uses advisory locks in this database has other numbers: "holdfast" in ASCII.
    private const long Lock = 0x686F6C6466617374;

    /// <param name="connection">Of no pool, to be closed then: the lock ends with its session, whatever happens here.</param>
    /// <exception cref="ServiceError">The schema is newer than <paramref name="steps"/>.</exception>
    public static async Task RunAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Migration> steps,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        // Nodes that start at once wait here for the first, as long as it takes.
        await AskAsync(connection, "SET statement_timeout = 0", cancellationToken);
        await AskAsync(connection, $"SELECT pg_advisory_lock({Lock})", cancellationToken);
        await AskAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS schema_version "
                + "(version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            cancellationToken
        );
        int current = await connection.ExecuteScalarAsync<int>(
            new CommandDefinition(Migration.Newest, cancellationToken: cancellationToken)
        );
        if (current > steps.Count)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The catalog has schema {current}, and this program knows schemas up to {steps.Count}. "
                    + "Start the newer program that made it, or put back the copy made before that upgrade."
            );
        }
        foreach (Migration step in steps.Skip(current))
        {
            await ApplyAsync(connection, step, time.Now(), cancellationToken);
        }
    }

    private static async Task ApplyAsync(
        NpgsqlConnection connection,
        Migration step,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AskAsync(connection, step.Sql, cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "INSERT INTO schema_version (version, name, applied_at) VALUES (@Version, @Name, @now)",
                new
                {
                    step.Version,
                    step.Name,
                    now,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private static Task<int> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: cancellationToken));
}
