using System.CommandLine;

namespace Holdfast.Cli.Client;

/// <summary>A page of a list of the native API.</summary>
/// <remarks>It may be empty, and still not be the last: only one without a cursor is.</remarks>
internal interface INativePage<out T>
{
    IReadOnlyList<T> Rows { get; }

    string? NextCursor { get; }
}

/// <summary>A list of the native API, read to its end or to a limit.</summary>
internal static class NativeList
{
    private const int PageSize = 1000;

    public static Option<int> Limit()
    {
        Option<int> limit = new("--limit")
        {
            Description = "At most so many.",
            HelpName = "n",
            DefaultValueFactory = _ => int.MaxValue,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out int number) && number < 1)
            {
                result.AddError("--limit must be at least 1.");
            }
        });
        return limit;
    }

    /// <param name="filters">Those without a value are not sent.</param>
    public static Task<IReadOnlyList<T>> ReadAsync<TPage, T>(
        CloudSession session,
        string resource,
        int limit,
        CancellationToken stop,
        params (string Name, string? Value)[] filters
    )
        where TPage : INativePage<T> => ReadAsync<TPage, T>(session, resource, limit, _ => true, stop, filters);

    /// <param name="wanted">What is kept, and counts.</param>
    /// <param name="filters">Those without a value are not sent.</param>
    public static async Task<IReadOnlyList<T>> ReadAsync<TPage, T>(
        CloudSession session,
        string resource,
        int limit,
        Func<T, bool> wanted,
        CancellationToken stop,
        params (string Name, string? Value)[] filters
    )
        where TPage : INativePage<T>
    {
        List<T> all = [];
        string? cursor = null;
        do
        {
            string query = Query([
                .. filters,
                ("limit", $"{Math.Min(limit - all.Count, PageSize)}"),
                ("cursor", cursor),
            ]);
            TPage page = await session.GetAsync<TPage>($"{resource}?{query}", stop);
            all.AddRange(page.Rows.Where(wanted));
            cursor = page.NextCursor;
        } while (cursor is not null && all.Count < limit);
        return all;
    }

    private static string Query((string Name, string? Value)[] parameters) =>
        string.Join(
            '&',
            parameters
                .Where(one => one.Value is not null)
                .Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}")
        );
}
