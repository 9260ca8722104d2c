using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Api.Manila;

/// <summary>One request that has passed Manila's gates: what a handler may look at, and how it answers.</summary>
internal sealed class ManilaRequest(HttpContext http, Microversion version, JsonElement? body, JsonElement action)
    : ApiRequest(http)
{
    public Microversion Version { get; } = version;

    /// <summary>The parsed body; null when there was none, or none that was declared to be JSON.</summary>
    public JsonElement? Body { get; } = body;

    /// <summary>What stands under the action's name, for actions.</summary>
    public JsonElement Action { get; } = action;

    private ApiOptions Options => Service<ApiOptions>();

    /// <summary>Beneath the public address: <c>/v2</c>, and the project where the request's own URL names it.</summary>
    public string BaseUrl =>
        Http.GetRouteValue(ManilaRoutes.ProjectId) is string project
            ? $"{Options.PublicUrl}/v2/{project}"
            : $"{Options.PublicUrl}/v2";

    public string BookmarkUrl => Options.PublicUrl;

    /// <summary>The object under <paramref name="name"/>, in Manila's order of refusals: no body, then no such object.</summary>
    public JsonElement Resource(string name, Func<Fault> whenMissing)
    {
        if (Body is not { } body)
        {
            throw Fault.BadRequest();
        }
        return
            body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty(name, out JsonElement resource)
            && resource.ValueKind == JsonValueKind.Object
            ? resource
            : throw whenMissing();
    }

    public async Task ReplyAsync<T>(int status, string name, T row, Action<Utf8JsonWriter, T, ManilaRequest> view)
    {
        await using JsonReply reply = new(Http.Response, status);
        reply.Writer.WriteStartObject();
        reply.Writer.WritePropertyName(name);
        view(reply.Writer, row, this);
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }

    public Task AcceptedAsync() => EmptyAsync(StatusCodes.Status202Accepted);

    /// <summary>No body, as Manila's framework sends that.</summary>
    public Task EmptyAsync(int status)
    {
        Http.Response.StatusCode = status;
        Http.Response.ContentType = "text/html; charset=UTF-8";
        Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>204, and nothing else.</summary>
    public void NoContent() => Http.Response.StatusCode = StatusCodes.Status204NoContent;

    /// <summary>
    /// Streams the rows under <paramref name="name"/>. When as many came as the limit asked for, a link to what follows
    /// stands beside them; without a limit the object has exactly one key, which clients assert.
    /// </summary>
    /// <param name="total">How many there are on all pages, where the caller asked to be told.</param>
    public async Task ReplyListAsync<T>(
        string name,
        string linksName,
        string path,
        IAsyncEnumerable<T> rows,
        int? limit,
        Func<T, string> idOf,
        Action<Utf8JsonWriter, T, ManilaRequest> view,
        long? total = null
    )
    {
        // The first row is fetched before the status leaves: what the query cannot do is still an error then.
        await using IAsyncEnumerator<T> row = rows.GetAsyncEnumerator(Aborted);
        bool any = await row.MoveNextAsync();
        await using JsonReply reply = new(Http.Response, StatusCodes.Status200OK);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartArray(name);
        int count = 0;
        string lastId = "";
        while (any)
        {
            view(reply.Writer, row.Current, this);
            lastId = idOf(row.Current);
            count++;
            await reply.FlushWhenLargeAsync(Aborted);
            any = await row.MoveNextAsync();
        }
        reply.Writer.WriteEndArray();
        if (total is { } number)
        {
            reply.Writer.WriteNumber("count", number);
        }
        if (count > 0 && count == limit)
        {
            reply.WriteNextLink(linksName, $"{BaseUrl}/{path}?{Query.After(lastId)}");
        }
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }
}
