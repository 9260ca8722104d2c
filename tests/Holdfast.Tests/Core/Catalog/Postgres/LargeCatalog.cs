using Holdfast.Core.Catalog.Postgres;
using Npgsql;
using Xunit;

namespace Holdfast.Tests.Core.Catalog.Postgres;

/// <summary>A catalog with 100,000 backups and as many operations, and what PostgreSQL has counted in it.</summary>
public class LargeCatalog : IAsyncLifetime
{
    /// <summary>A project has so many, however many there are.</summary>
    private const int BackupsOfAProject = 2000;

    private readonly PostgresFixture postgres = new();

    public PostgresCatalog Catalog { get; private set; } = null!;

    protected virtual int Backups => 100_000;

    /// <summary>Operations; half as many sharings, messages and audit entries.</summary>
    private int Others => Math.Min(Backups, 1_000_000);

    public async ValueTask InitializeAsync()
    {
        await postgres.InitializeAsync();
        string connection = await postgres.NewDatabaseAsync();
        Catalog = new PostgresCatalog(connection, new DatabaseClock());
        await Catalog.MigrateAsync(CancellationToken.None);
        await using NpgsqlConnection direct = new(connection);
        await direct.OpenAsync();
        // Nothing of it is to outlive the server, and an index that is made at once is the same as one that has grown.
        await RunAsync(direct, Unguarded);
        await RunAsync(direct, Fill());
        await RunAsync(direct, Indexes);
        // Not in the transaction that several statements of one command are.
        await RunAsync(direct, "VACUUM ANALYZE");
    }

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        await postgres.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static async Task RunAsync(NpgsqlConnection direct, string sql)
    {
        await using NpgsqlCommand command = new(sql, direct) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private const string Unguarded = """
        SET statement_timeout = 0;
        SET maintenance_work_mem = '512MB';
        SET session_replication_role = replica;
        ALTER TABLE sharings SET UNLOGGED;
        ALTER TABLE holds SET UNLOGGED;
        ALTER TABLE backups SET UNLOGGED;
        CREATE TEMP TABLE indexes_of_backups AS
        SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'backups' AND indexname <> 'backups_pkey';
        DO $$ DECLARE one record; BEGIN
            FOR one IN SELECT * FROM indexes_of_backups LOOP EXECUTE 'DROP INDEX ' || one.indexname; END LOOP;
        END $$;
        """;

    private const string Indexes = """
        DO $$ DECLARE one record; BEGIN
            FOR one IN SELECT * FROM indexes_of_backups LOOP EXECUTE one.indexdef; END LOOP;
        END $$;
        """;

    private string Fill()
    {
        int projects = Backups / BackupsOfAProject;
        int sources = Backups / 10;
        return $$"""
            INSERT INTO share_types VALUES ('t', 'default', NULL, TRUE, TRUE, '{}', 0);
            INSERT INTO shares (id, project_id, user_id, name, size, status, protocol, share_type_id, is_public,
                availability_zone, root, path, adopted, host, metadata, created_at)
            SELECT 's' || n, 'p' || n % {{projects * 10}}, 'u' || n % 7, 'share ' || n % 1000, 1 + n % 9,
                (ARRAY['available', 'error', 'backup_creating'])[1 + n % 3], 'NFS', 't', n % 1000 = 0, 'nova', 'local', 's' || n,
                FALSE, 'node1', '{}', n
            FROM generate_series(1, {{sources}}) AS n;
            INSERT INTO export_locations SELECT 'e' || n, 's' || n, '/s' || n, TRUE, n FROM generate_series(1, {{sources}}) AS n;
            INSERT INTO volumes (id, project_id, user_id, name, size, bytes, status, kind, availability_zone, root, path, adopted,
                created_at)
            SELECT 'v' || n, 'p' || n % {{projects}}, 'u', 'disk', 1, 1, 'available', 'file', 'nova', 'volume:local', 'v' || n, FALSE,
                n
            FROM generate_series(1, {{sources}}) AS n;
            INSERT INTO backups (id, project_id, user_id, share_id, volume_id, of_volume, name, description, size, status,
                availability_zone, progress, restore_progress, host, topic, item_errors, created_at, updated_at)
            SELECT 'b' || n, 'p' || n % {{projects}}, 'u' || n % 7, CASE WHEN n % 10 > 0 THEN 's' || 1 + n % {{sources}} END,
                CASE WHEN n % 10 = 0 THEN 'v' || 1 + n % {{sources}} END, n % 10 = 0, 'nightly ' || n, 'of week ' || n % 52, 1 + n % 99,
                CASE n % 9 WHEN 1 THEN 'error' WHEN 2 THEN 'creating' ELSE 'available' END, 'nova', n % 101, n % 101,
                'node' || n % 3, 'manila-data', 0, n / 3, n
            FROM generate_series(1, {{Backups}}) AS n;
            INSERT INTO operations (id, kind, project_id, user_id, request_id, share_id, backup_id, volume_id, root, status,
                priority, epoch, attempts, lease_until, not_before, done, total, cancel_requested, created_at, updated_at,
                finished_at, pinned_snapshot_id)
            SELECT 'o' || n, (ARRAY['create_backup', 'restore_backup', 'delete_backup', 'export_project'])[1 + n % 4],
                'p' || n % {{projects}}, 'u', 'r', CASE WHEN n % 10 > 0 THEN 's' || 1 + n % {{sources}} END, 'b' || n,
                CASE WHEN n % 10 = 0 THEN 'v' || 1 + n % {{sources}} END, 'local',
                CASE WHEN n > {{Others - 100}} THEN 'queued' WHEN n > {{Others - 120}} THEN 'running'
                    WHEN n % 20 = 0 THEN 'cancelled' ELSE 'succeeded' END,
                n % 5, 1, 1, CASE WHEN n BETWEEN {{Others - 119}} AND {{Others - 100}} THEN n END, 0, 0, 0, FALSE, n, n,
                CASE WHEN n <= {{Others - 120}} THEN n END, CASE WHEN n % 4 = 1 THEN 'x' || n END
            FROM generate_series(1, {{Others}}) AS n;
            INSERT INTO operations (id, kind, project_id, user_id, request_id, root, status, priority, epoch, attempts, not_before,
                done, total, cancel_requested, created_at, updated_at)
            SELECT 'q' || n, 'create_backup', 'busy', 'u', 'r', 'local', 'queued', 10, 1, 0, n, 0, 0, FALSE, n, n
            FROM generate_series(1, 20000) AS n;
            INSERT INTO sharings
            SELECT 'g' || n, 'b' || n, 'p' || n % {{projects}}, 'p' || (n + 1) % {{projects}}, 'accepted',
                CASE WHEN n % 10 = 0 THEN n END, n, NULL
            FROM generate_series(1, {{Others / 2}}) AS n;
            INSERT INTO messages
            SELECT 'm' || n, 'p' || n % {{projects}}, 'r' || n, '001', '002', 'ERROR', 'SHARE_BACKUP', 'b' || n, 'x', n, n
            FROM generate_series(1, {{Others / 2}}) AS n;
            INSERT INTO audit (at, actor, action, project_id, object_id, backup_id)
            SELECT n, 'a', 'act' || n % 7, 'p' || n % {{projects}}, 'g' || n, 'b' || n
            FROM generate_series(1, {{Others / 2}}) AS n;
            INSERT INTO share_snapshots
            SELECT 'z' || n, 'p' || n % {{projects}}, 'u', 's' || n, 'n' || n, NULL, 1, 'available', 'NFS', '{}', 'local', NULL, n,
                NULL
            FROM generate_series(1, {{sources}}) AS n;
            """;
    }
}

/// <summary>The same with 10,000,000 backups: some 20 GB of disk, and some minutes to fill.</summary>
public sealed class HugeCatalog : LargeCatalog
{
    protected override int Backups => 10_000_000;
}
