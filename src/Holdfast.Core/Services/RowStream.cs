using System.Runtime.CompilerServices;
using Holdfast.Core.Catalog;

namespace Holdfast.Core.Services;

/// <summary>
/// Rows of a list of any length, read a chunk at a time: a slow client holds neither memory nor a transaction.
/// </summary>
internal static class RowStream
{
    private const int Chunk = 500;

    /// <summary>The first chunk is read before this returns, so that errors come before the first row.</summary>
    public static async Task<IAsyncEnumerable<T>> OpenAsync<T>(
        RowOrder<T> order,
        Func<T, object> id,
        Func<RowOrder<T>, Task<IReadOnlyList<T>>> read
    )
    {
        int limit = order.Limit ?? int.MaxValue;
        if (limit == 0)
        {
            return AsyncEnumerable.Empty<T>();
        }
        IReadOnlyList<T> first = await read(order with { Limit = Math.Min(Chunk, limit) });
        return ContinueAsync(order, limit, first, id, read);
    }

    private static async IAsyncEnumerable<T> ContinueAsync<T>(
        RowOrder<T> order,
        int limit,
        IReadOnlyList<T> rows,
        Func<T, object> id,
        Func<RowOrder<T>, Task<IReadOnlyList<T>>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            foreach (T row in rows)
            {
                yield return row;
            }
            limit -= rows.Count;
            if (rows.Count < Chunk || limit == 0)
            {
                yield break;
            }
            cancellationToken.ThrowIfCancellationRequested();
            RowPlace after = new(order.Column.Value(rows[^1]), id(rows[^1]));
            rows = await read(order with { After = after, Offset = 0, Limit = Math.Min(Chunk, limit) });
        }
    }
}
