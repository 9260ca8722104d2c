using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Testing.Core;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Holdfast.Tests.Core.Catalog;

public sealed class SqliteCatalogTests : CatalogSuite
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("holdfast-catalog-");

    private string Path => System.IO.Path.Combine(directory.FullName, "catalog", "catalog.db");

    protected override ICatalog Open() => new SqliteCatalog(Path, TimeProvider.System);

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
    public async Task A_newer_schema_is_refused()
    {
        Execute("INSERT INTO schema_version VALUES (9999, 'future', 0)");
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

    private void Execute(string sql)
    {
        using SqliteConnection writer = new SqliteConnections(Path).Writer;
        using SqliteCommand command = writer.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Pragma(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return Convert.ToString(command.ExecuteScalar())!;
    }
}
