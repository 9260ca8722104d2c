using System.Text.Json;
using Holdfast.Api.Manila;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs;

/// <summary>A request to a call of the VBS family: what a handler may look at, and how it answers.</summary>
internal sealed class VbsRequest(HttpContext http) : ApiRequest(http)
{
    /// <summary>Cinder's osapi_max_limit: rows of a page at most, and where no limit is given.</summary>
    public const int LargestLimit = 1000;

    /// <summary>Beneath the public address, with the caller's project.</summary>
    public string BaseUrl => $"{Service<ApiOptions>().PublicUrl}/v2/{Caller.ProjectId}";

    /// <summary>The same without the version, as bookmarks have it.</summary>
    public string BookmarkUrl => $"{Service<ApiOptions>().PublicUrl}/{Caller.ProjectId}";

    /// <summary>Offset and limit, never above <see cref="LargestLimit"/>; the family knows no marker.</summary>
    public Core.Services.Page Page()
    {
        Core.Services.Page page = Query.Page();
        return page with { Limit = Math.Min(page.Limit ?? LargestLimit, LargestLimit), Marker = null };
    }

    /// <summary>The filter that is a boolean, in any of the words that OpenStack takes for one; false when it is not given.</summary>
    public bool Flag(string name) =>
        Query[name] is not { } text ? false
        : Truth.Strictly(text) is { } flag ? flag
        : throw Fault.BadRequest($"{name} must be true or false.");

    /// <summary>The object under <paramref name="name"/> in the body, whatever the body's declared type.</summary>
    public async Task<JsonElement> ResourceAsync(string name) =>
        await RequestBody.ReadJsonAsync(Http) is { ValueKind: JsonValueKind.Object } body
        && body.TryGetProperty(name, out JsonElement resource)
        && resource.ValueKind == JsonValueKind.Object
            ? resource
            : throw Fault.BadRequest($"Missing required element '{name}' in request body.");

    /// <summary>One object, under no key of its own but those that <paramref name="write"/> writes.</summary>
    public async Task ReplyAsync(int status, Action<Utf8JsonWriter> write)
    {
        await using JsonReply reply = new(Http.Response, status);
        reply.Writer.WriteStartObject();
        write(reply.Writer);
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }

    /// <summary>
    /// The rows under <paramref name="name"/>. Where the list was cut at <see cref="LargestLimit"/> without the client
    /// asking for it, <c>…_links</c> says where it goes on; beside a limit there is no link, since clients follow every link
    /// and would get all rows in place of those they asked for.
    /// </summary>
    /// <param name="path">Beneath <see cref="BaseUrl"/>.</param>
    /// <param name="next">The query for the rows behind these; null when there are none.</param>
    /// <param name="linkBesideLimit">Cinder's own lists have the link beside a limit, too.</param>
    public async Task ReplyListAsync<T>(
        string name,
        string path,
        IReadOnlyList<T> rows,
        string? next,
        Action<Utf8JsonWriter, T> view,
        bool linkBesideLimit = false
    )
    {
        await using JsonReply reply = new(Http.Response, StatusCodes.Status200OK);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartArray(name);
        foreach (T row in rows)
        {
            view(reply.Writer, row);
            await reply.FlushWhenLargeAsync(Aborted);
        }
        reply.Writer.WriteEndArray();
        if (next is not null && (linkBesideLimit || Query["limit"] is null))
        {
            reply.WriteNextLink($"{name}_links", $"{BaseUrl}/{path}?{next}");
        }
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }

    /// <summary>No body.</summary>
    public void Empty(int status)
    {
        Http.Response.StatusCode = status;
        Http.Response.ContentLength = 0;
    }
}
