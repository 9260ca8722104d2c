using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Core.Catalog;

/// <summary>
/// One transaction. Tables are reached through properties that each <c>…Rows</c> file adds
/// (<c>session.Backups.FindAsync(id)</c>); only those files write SQL. Parameters are the public properties of an object
/// (<c>@name</c>); columns map to properties by name without underscores, times to INTEGER microseconds UTC.
/// </summary>
public interface ICatalogSession
{
    SqlDialect Dialect { get; }

    /// <returns>How many rows changed: the answer of a compare-and-set.</returns>
    Task<int> ExecuteAsync(string sql, object? parameters = null);

    Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null);

    /// <returns>The first row, or null.</returns>
    Task<T?> FindAsync<T>(string sql, object? parameters = null)
        where T : class;

    /// <returns>The first column of the first row, or the type's default.</returns>
    Task<T?> ScalarAsync<T>(string sql, object? parameters = null);
}

/// <summary>The few words in which the databases differ.</summary>
/// <param name="Name">Also the folder of its migrations.</param>
/// <param name="SkipLocked">Ends a SELECT that claims a row which others must not wait for.</param>
/// <param name="ShareLock">Ends a SELECT of a row that nobody is to claim until the transaction ends: claims are not serializable.</param>
/// <param name="Like">Compares with a pattern, ASCII letters without case.</param>
/// <param name="Lower">Folds the case of every letter of <c>{0}</c>.</param>
/// <param name="LockText">Waits until no other transaction has locked <c>@text</c>, and locks it; null where writers are alone.</param>
/// <param name="BackupTexts">Whether a table <c>backup_texts</c> has the texts of backups made one after the other joined.</param>
/// <param name="Arrays">Whether a list is one value: then <c>IN @list</c> is <c>= ANY (@list)</c>.</param>
public sealed partial record SqlDialect(
    string Name,
    string SkipLocked,
    string ShareLock,
    string Like,
    string Lower,
    string? LockText,
    bool BackupTexts,
    bool Arrays
)
{
    /// <summary>The SQL of the rows, in which a list is <c>IN @list</c>, as this database knows it.</summary>
    public string Translate(string sql) => Arrays ? List().Replace(sql, "= ANY (@${list})") : sql;

    public string Folded(string column) => string.Format(CultureInfo.InvariantCulture, Lower, column);

    [GeneratedRegex(@"\bIN @(?<list>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex List();
}
