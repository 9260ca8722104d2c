using System.Text;
using System.Text.Json;

namespace Holdfast.Core.Catalog;

/// <summary>A place in an ordered list: the sort column's value of a row, and its id, text or number.</summary>
public sealed record RowPlace(object Value, object Id);

/// <summary>A column that lists may be ordered by.</summary>
/// <param name="Expression">SQL without nulls: nulls have no place in an order that continues after a row.</param>
/// <param name="Value">The same expression of a row in memory.</param>
public sealed record SortColumn<T>(string Expression, Func<T, object> Value);

/// <summary>
/// Which rows of a list, in which order; ties are broken by id in the same direction, so that the order is total and a
/// page never overlaps the next.
/// </summary>
/// <param name="After">Rows behind this place only.</param>
public sealed record RowOrder<T>(
    SortColumn<T> Column,
    bool Descending,
    RowPlace? After = null,
    int? Limit = null,
    int Offset = 0
)
{
    /// <summary>What stands behind ORDER BY.</summary>
    public string By =>
        Column.Expression == "id" ? $"id {Direction}" : $"{Column.Expression} {Direction}, id {Direction}";

    /// <summary>The same of a select that calls the column <c>page_key</c> and the id <c>page_id</c>.</summary>
    public string ByPage => $"page_key {Direction}, page_id {Direction}";

    public string Direction => Descending ? "DESC" : "ASC";
}

/// <summary>Puts a list's SELECT together from conditions that hold.</summary>
internal sealed class ListQuery(SqlDialect dialect, string select)
{
    private readonly List<string> conditions = [];
    private string[] branches = [];
    private string leading = "";

    public Dapper.DynamicParameters Parameters { get; } = new();

    /// <summary>Adds the condition unless the value is null. The condition names the value <c>@name</c>.</summary>
    public ListQuery Where(string condition, string name, object? value)
    {
        if (value is not null)
        {
            conditions.Add(condition);
            Parameters.Add(name, value);
        }
        return this;
    }

    public ListQuery Where(string condition)
    {
        conditions.Add(condition);
        return this;
    }

    /// <summary>
    /// Either condition must hold, never both: a select for each, since no index has the rows of an OR in order. An ordered
    /// select calls its columns as <see cref="RowOrder{T}.ByPage"/> does.
    /// </summary>
    public ListQuery Either(string condition, string other, string name, object value)
    {
        branches = [condition, other];
        Parameters.Add(name, value);
        return this;
    }

    /// <summary>
    /// Only rows within the ranges that the select's source has beside them. The ranges do not overlap, and <paramref name="order"/>
    /// is by the column that they are of: so a list goes from range to range, and ends with the range that fills its page.
    /// </summary>
    public ListQuery Within<T>(string first, string last, RowOrder<T> order)
    {
        conditions.Add($"{order.Column.Expression} BETWEEN {first} AND {last}");
        if (order.After is not null)
        {
            conditions.Add(order.Descending ? $"{first} <= @afterValue" : $"{last} >= @afterValue");
        }
        leading = $"{first} {order.Direction}, ";
        return this;
    }

    /// <summary>
    /// The column, a map as JSON text, has all these pairs. Quotes within texts are escaped, so that a pair is found only
    /// where it is one.
    /// </summary>
    public ListQuery Has(string column, string name, IReadOnlyDictionary<string, string>? pairs)
    {
        int number = 0;
        foreach ((string key, string value) in pairs ?? new Dictionary<string, string>())
        {
            string json = JsonSerializer.Serialize(new Dictionary<string, string> { [key] = value });
            string parameter = $"{name}{number++}";
            Where($"replace({column}, @{parameter}, '') <> {column}", parameter, json[1..^1]);
        }
        return this;
    }

    /// <summary>The column contains the text, without case; % and _ in the text are wildcards.</summary>
    public ListQuery Like(string column, string name, string? text) => Matches(column, name, Escaped(text, @"\"));

    /// <summary>The column contains the text, without case; nothing in the text is a wildcard.</summary>
    public ListQuery Contains(string column, string name, string? text) =>
        Matches(column, name, Escaped(text, @"\", "%", "_"));

    public string Build<T>(RowOrder<T> order)
    {
        string expression = order.Column.Expression;
        if (order.After is { } after)
        {
            conditions.Add($"({expression}, id) {(order.Descending ? '<' : '>')} (@afterValue, @afterId)");
            Parameters.Add("afterValue", after.Value);
            Parameters.Add("afterId", after.Id);
        }
        Parameters.Add("limit", order.Limit ?? int.MaxValue);
        Parameters.Add("offset", order.Offset);
        return $"{BuildAll()} ORDER BY {leading}{(branches.Length > 0 ? order.ByPage : order.By)} LIMIT @limit OFFSET @offset";
    }

    /// <summary>Every row, in no order: for a select that counts.</summary>
    public string BuildAll() =>
        branches.Length == 0
            ? Select(conditions)
            : string.Join(" UNION ALL ", branches.Select(branch => Select([branch, .. conditions])));

    private ListQuery Matches(string column, string name, string? pattern)
    {
        if (pattern is null)
        {
            return this;
        }
        string folded = pattern.ToLowerInvariant();
        // SQLite takes its time with an escape, whether or not it is used.
        string like = $"{dialect.Like} @{name}" + (folded.Contains('\\') ? @" ESCAPE '\'" : "");
        // The database's own LIKE knows the case of ASCII, and is several times as fast as folding every letter there is;
        // a text of nothing but ASCII holds no other letter.
        return Where(
            Ascii.IsValid(folded)
                ? $"{column} {like}"
                : $"octet_length({column}) <> length({column}) AND {dialect.Folded(column)} {like}",
            name,
            $"%{folded}%"
        );
    }

    private static string? Escaped(string? text, params ReadOnlySpan<string> marks)
    {
        foreach (string mark in marks)
        {
            text = text?.Replace(mark, @"\" + mark, StringComparison.Ordinal);
        }
        return text;
    }

    private string Select(List<string> all) => all.Count == 0 ? select : $"{select} WHERE {string.Join(" AND ", all)}";
}
