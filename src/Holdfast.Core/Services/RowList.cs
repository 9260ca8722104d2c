using Holdfast.Core.Catalog;

namespace Holdfast.Core.Services;

/// <summary>A page of a list.</summary>
/// <param name="More">Whether there are rows behind these.</param>
public sealed record RowList<T>(IReadOnlyList<T> Rows, bool More);

internal static class RowListExtension
{
    /// <summary>At most so many rows of the order; one more is read, to know whether there is more.</summary>
    /// <param name="limit">Fewer than <see cref="int.MaxValue"/>.</param>
    public static async Task<RowList<T>> PageAsync<T>(
        this RowOrder<T> order,
        int limit,
        Func<RowOrder<T>, Task<IReadOnlyList<T>>> read
    )
    {
        IReadOnlyList<T> rows = await read(order with { Limit = limit + 1 });
        return rows.Count > limit
            ? new RowList<T>([.. rows.Take(limit)], More: true)
            : new RowList<T>(rows, More: false);
    }
}
