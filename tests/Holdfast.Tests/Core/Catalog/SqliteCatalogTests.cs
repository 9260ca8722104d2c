using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

public sealed class SqliteCatalogTests : CatalogSuite
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("holdfast-catalog-");

    private string Path => System.IO.Path.Combine(directory.FullName, "catalog", "catalog.db");

    protected override Task<ICatalog> OpenAsync() =>
        Task.FromResult<ICatalog>(new SqliteCatalog(Path, TimeProvider.System));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public void The_file_is_its_owners_alone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode(System.IO.Path.GetDirectoryName(Path)!) & (UnixFileMode)63
        );
    }

    [Fact]
    public void Every_commit_is_synced()
    {
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        Assert.Equal("2", Pragma(writer, "synchronous"));
        Assert.Equal("wal", Pragma(writer, "journal_mode"));
        Assert.Equal("1", Pragma(writer, "foreign_keys"));
    }

    [Fact]
    public async Task A_failure_names_the_file_to_the_operator_alone()
    {
        string path = Path + ".broken";
        File.WriteAllText(path, new string('x', 4096));
        await using SqliteCatalog broken = new(path, TimeProvider.System);

        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            broken.ReadAsync(session => session.ShareTypes.FindDefaultAsync(), CancellationToken.None)
        );

        Assert.DoesNotContain(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_ask_for_the_schema_makes_no_file()
    {
        string path = Path + ".never";
        await using SqliteCatalog absent = new(path, TimeProvider.System);
        Assert.Equal(0, (await absent.SchemaAsync(CancellationToken.None)).Found);
        Assert.False(File.Exists(path));
        await File.WriteAllTextAsync(path, "");
        Assert.Equal(0, (await absent.SchemaAsync(CancellationToken.None)).Found);
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        Execute("INSERT INTO schema_version VALUES (9999, 'future', 0)");
        Assert.Equal(9999, (await Catalog.SchemaAsync(CancellationToken.None)).Found);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => Catalog.MigrateAsync(CancellationToken.None));
        Assert.Contains("9999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_leaves_a_copy_of_what_was_there()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        int current = Migration.All(SqliteCatalog.Dialect).Count;
        Migration next = new(current + 1, "next", "DELETE FROM shares");
        SqliteMigrator.Run(writer, Path, [.. Migration.All(SqliteCatalog.Dialect), next], TimeProvider.System);
        Assert.Null(await Catalog.ShareAsync("s1"));

        await using SqliteCatalog copy = new($"{Path}.before-{current + 1}-from-{current}", TimeProvider.System);
        Assert.NotNull(await copy.ShareAsync("s1"));
    }

    [Fact]
    public async Task The_schema_before_sharings_keeps_all_its_rows()
    {
        using SqliteConnection writer = Upgraded(
            3,
            """
            INSERT INTO share_types (id, name, is_public, is_default, extra_specs, created_at)
            VALUES ('t', 'default', 1, 1, '{}', 0);
            INSERT INTO shares (id, project_id, user_id, size, status, protocol, share_type_id, is_public,
                availability_zone, root, path, adopted, metadata, source_backup_id, created_at)
            VALUES ('s', 'p', 'u', 1, 'backup_restoring', 'NFS', 't', 0, 'nova', 'local', 's', 0, '{}', 'whole', 5);
            INSERT INTO backups (id, project_id, user_id, share_id, name, description, size, status, availability_zone,
                progress, restore_progress, backup_type, options, host, topic, fail_reason, snapshot_id, capture,
                item_errors, notes, created_at, updated_at)
            VALUES ('whole', 'p', 'u', 's', 'n', 'd', 3, 'restoring', 'az', 100, 7, 'bt', '{"backup_type":"bt"}', 'h',
                    'top', 'why', 'snap', 'live', 2, 'notes', 11, 12),
                ('failed', 'q', 'v', 's', NULL, NULL, 1, 'error', 'nova', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL,
                    NULL, 0, NULL, 13, NULL);
            INSERT INTO operations (id, kind, project_id, user_id, request_id, share_id, backup_id, root, share_status,
                status, priority, epoch, attempts, not_before, done, total, cancel_requested, created_at, updated_at)
            VALUES ('queued', 'restore_backup', 'p', 'u', 'r', 's', 'whole', 'local', 'available', 'queued', 40, 2, 1,
                    0, 3, 4, 0, 14, 15),
                ('ended', 'create_backup', 'p', 'u', 'r', 's', 'whole', 'local', 'available', 'succeeded', 10, 1, 1, 0,
                    4, 4, 0, 14, 15);
            INSERT INTO audit (at, actor, action, project_id, object_id) VALUES (16, 'host:root', 'key.export', 'p', NULL);
            """
        );

        await using SqliteCatalog catalog = new(OldPath, TimeProvider.System);
        Assert.Equal(
            new Backup
            {
                Id = "whole",
                ProjectId = "p",
                UserId = "u",
                ShareId = "s",
                Name = "n",
                Description = "d",
                Size = 3,
                Status = BackupStatus.Restoring,
                AvailabilityZone = "az",
                Progress = 100,
                RestoreProgress = 7,
                BackupType = "bt",
                Options = """{"backup_type":"bt"}""",
                Host = "h",
                Topic = "top",
                FailReason = "why",
                SnapshotId = "snap",
                Capture = "live",
                ItemErrors = 2,
                Notes = "notes",
                CreatedAt = Timestamp.FromMicroseconds(11),
                UpdatedAt = Timestamp.FromMicroseconds(12),
            },
            await catalog.BackupAsync("whole")
        );
        Backup failed = (await catalog.BackupAsync("failed"))!;
        Assert.Equal(("q", "s", null), (failed.ProjectId, failed.ShareId, failed.SnapshotId));
        // A restore that waits or runs goes on by what its operation names.
        Operation queued = (await catalog.ReadAsync(s => s.Operations.FindAsync("queued"), default))!;
        Assert.Equal(
            ("snap", "available", "p", "whole", 2),
            (queued.PinnedSnapshotId, queued.StatusBefore, queued.RepositoryOf, queued.ShownBackupId, queued.Epoch)
        );
        Assert.Null((await catalog.ReadAsync(s => s.Operations.FindAsync("ended"), default))!.PinnedSnapshotId);
        AuditEntry entry = Assert.Single(await catalog.AuditAsync());
        Assert.Equal(("key.export", "p", null), (entry.Action, entry.ProjectId, entry.BackupId));
        Assert.Equal("whole", (await catalog.ShareAsync("s"))!.SourceBackupId);
        Assert.Throws<SqliteException>(() => Execute(writer, "DELETE FROM shares"));
        Assert.Empty(FirstColumn(writer, "PRAGMA foreign_key_check"));
        Assert.Equal("ok", Assert.Single(FirstColumn(writer, "PRAGMA integrity_check")));
    }

    [Fact]
    public async Task The_texts_of_backups_lie_joined_and_few_of_them_alone()
    {
        await Catalog.AddSharesAsync(Rows.Share("s1"));
        DateTimeOffset[] times = [.. Enumerable.Range(0, 1600).Select(second => Rows.Start.AddSeconds(second))];
        await Catalog.AddBackupsAsync([.. times.Select((at, number) => Named(number) with { CreatedAt = at })]);
        Assert.Equal(Enumerable.Repeat("16", 100), Joined("backups"));

        // The clock was an hour ahead, once.
        await Catalog.AddBackupsAsync(Named(-1) with { CreatedAt = times[^1].AddHours(1) });
        await Catalog.AddBackupsAsync([
            .. times.Select((at, number) => Named(1600 + number) with { CreatedAt = at.AddMinutes(27) }),
        ]);
        Assert.All(Joined("backups"), row => Assert.InRange(int.Parse(row), 1, 16));
        Assert.Equal(3201, Joined("backups").Sum(int.Parse));
        await RemoveAsync(number => number is -1 or >= 1600);

        await RemoveAsync(number => number % 100 != 0);
        Assert.Equal(["16"], Joined("backups"));
        Assert.Equal(
            [string.Concat(Enumerable.Range(0, 16).Select(number => $"name {number * 100}\n"))],
            Joined("names")
        );

        await RemoveAsync(number => number % 100 == 0);
        Assert.Equal(["0"], Joined("backups"));
        Assert.Equal([""], Joined("names"));

        List<string> Joined(string column)
        {
            using SqliteConnection writer = new SqliteConnections(Path).Writer;
            return FirstColumn(writer, $"SELECT {column} FROM backup_texts ORDER BY first_at");
        }

        Task RemoveAsync(Predicate<int> which) =>
            Catalog.WriteAsync(
                async session =>
                {
                    for (int number = 3199; number >= -1; number--)
                    {
                        if (which(number))
                        {
                            await session.Backups.RemoveAsync(Named(number).Id);
                        }
                    }
                },
                CancellationToken.None
            );

        static Backup Named(int number) => Rows.Backup($"b{number}", "s1") with { Name = $"name {number}" };
    }

    [Fact]
    public async Task The_texts_of_backups_that_were_there_are_joined()
    {
        using SqliteConnection writer = Upgraded(
            6,
            """
            INSERT INTO share_types (id, name, is_public, is_default, extra_specs, created_at)
            VALUES ('t', 'default', 1, 1, '{}', 0);
            INSERT INTO shares (id, project_id, user_id, size, status, protocol, share_type_id, is_public,
                availability_zone, root, path, adopted, metadata, created_at)
            VALUES ('s', 'p', 'u', 1, 'available', 'NFS', 't', 0, 'nova', 'local', 's', 0, '{}', 5);
            WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < 99)
            INSERT INTO backups (id, project_id, user_id, share_id, name, size, status, availability_zone, progress,
                restore_progress, item_errors, created_at)
            SELECT 'b' || number, CASE WHEN number % 10 = 9 THEN 'q' ELSE 'p' END, 'u', 's', 'name ' || number, 1,
                'available', 'nova', 0, 0, 0, number / 4
            FROM numbers;
            """
        );

        Assert.Equal(
            ["100 100"],
            FirstColumn(
                writer,
                "SELECT sum(backups) || ' ' || sum(length(names) - length(replace(names, char(10), ''))) FROM backup_texts"
            )
        );
        await using SqliteCatalog catalog = new(OldPath, TimeProvider.System);
        IReadOnlyList<Backup> found = await catalog.ReadAsync(
            session =>
                session.Backups.ListAsync(
                    new BackupFilter { ProjectId = "p", NameLike = "E 7" },
                    new RowOrder<Backup>(new("created_at", row => row.CreatedAt), Descending: true)
                ),
            CancellationToken.None
        );
        Assert.Equal(
            ["b78", "b77", "b76", "b75", "b74", "b73", "b72", "b71", "b70", "b7"],
            found.OrderByDescending(row => int.Parse(row.Id.AsSpan(1))).Select(row => row.Id)
        );
    }

    [Fact]
    public void A_copy_of_an_earlier_upgrade_is_not_written_over()
    {
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        int current = Migration.All(SqliteCatalog.Dialect).Count;
        string taken = $"{Path}.before-{current + 1}-from-{current}";
        File.WriteAllText(taken, "earlier");
        Migration next = new(current + 1, "next", "DELETE FROM shares");
        SqliteMigrator.Run(writer, Path, [.. Migration.All(SqliteCatalog.Dialect), next], TimeProvider.System);
        Assert.Equal("earlier", File.ReadAllText(taken));
        Assert.True(File.Exists(taken + "-2"));
    }

    [Fact]
    public void A_step_that_fails_leaves_the_schema_as_it_was()
    {
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        IReadOnlyList<Migration> steps = Migration.All(SqliteCatalog.Dialect);
        Migration broken = new(
            steps.Count + 1,
            "broken",
            "CREATE TABLE half (x INTEGER) STRICT; SELECT * FROM nowhere"
        );
        Assert.Throws<SqliteException>(() => SqliteMigrator.Run(writer, Path, [.. steps, broken], TimeProvider.System));
        Assert.Throws<SqliteException>(() => Execute("SELECT * FROM half"));
        SqliteMigrator.Run(writer, Path, steps, TimeProvider.System);
    }

    private string OldPath => Path + ".old";

    /// <summary>A catalog of today's schema that had these rows when it was of an earlier one.</summary>
    private SqliteConnection Upgraded(int from, string rows)
    {
        SqliteConnection writer = new SqliteConnections(OldPath).Writer;
        IReadOnlyList<Migration> steps = Migration.All(SqliteCatalog.Dialect);
        SqliteMigrator.Run(writer, OldPath, [.. steps.Take(from)], TimeProvider.System);
        Execute(writer, rows);
        SqliteMigrator.Run(writer, OldPath, steps, TimeProvider.System);
        return writer;
    }

    private void Execute(string sql)
    {
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        Execute(writer, sql);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of what the query finds.</summary>
    private static List<string> FirstColumn(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }
        return rows;
    }

    private static string Pragma(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return Convert.ToString(command.ExecuteScalar())!;
    }
}
