using System.Globalization;
using System.Text.Json;
using Holdfast.Api.Auth;
using Holdfast.Api.Manila;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api.Native;

/// <summary>A request to the native API: what a handler may look at, and how it answers.</summary>
internal sealed class NativeRequest(HttpContext http)
{
    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;

    public Caller Caller { get; } = http.Caller();

    public QueryParameters Query { get; } = new(http.Request.QueryString.Value);

    public string Id => (string)http.GetRouteValue("id")!;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>How many rows of a list, from 1 to 1000.</summary>
    public int Limit()
    {
        if (Query["limit"] is not { } text)
        {
            return DefaultLimit;
        }
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
            && limit is >= 1 and <= LargestLimit
            ? limit
            : throw Problem.BadRequest($"'limit' must be a number from 1 to {LargestLimit}.");
    }

    /// <summary>False when it is not given.</summary>
    public bool Flag(string name) =>
        Query[name] switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Problem.BadRequest($"'{name}' must be true or false."),
        };

    /// <summary>Null when it is not given.</summary>
    public string? OneOf(string name, IReadOnlyList<string> words) =>
        Query[name] is not { } word || words.Contains(word, StringComparer.Ordinal)
            ? Query[name]
            : throw Problem.BadRequest($"'{name}' must be one of {string.Join(", ", words)}.");

    public T Service<T>()
        where T : notnull => http.RequestServices.GetRequiredService<T>();

    public async Task ReplyAsync<T>(int status, T row, Action<Utf8JsonWriter, T, Caller> view)
    {
        await using JsonReply reply = new(http.Response, status);
        view(reply.Writer, row, Caller);
        await reply.CompleteAsync(Aborted);
    }

    /// <summary>The rows under <paramref name="name"/>, and the cursor of what follows, null at the end.</summary>
    public async Task ReplyListAsync<T>(
        string name,
        IReadOnlyList<T> rows,
        string? next,
        Action<Utf8JsonWriter, T, Caller> view
    )
    {
        await using JsonReply reply = new(http.Response, StatusCodes.Status200OK);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartArray(name);
        foreach (T row in rows)
        {
            view(reply.Writer, row, Caller);
        }
        reply.Writer.WriteEndArray();
        reply.Writer.WriteString("next_cursor", next);
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }
}
