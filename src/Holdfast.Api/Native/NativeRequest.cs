using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Api.Native;

/// <summary>A request to the native API: what a handler may look at, and how it answers.</summary>
internal class NativeRequest(HttpContext http) : ApiRequest(http)
{
    /// <summary>What the paths of its requests begin with.</summary>
    protected virtual string Base => NativeRoutes.Base;

    /// <summary>The media type of server-sent events.</summary>
    public const string EventStream = "text/event-stream";

    private const int DefaultLimit = 100;
    private const int LargestLimit = 1000;

    /// <summary>Proxies take a connection for dead that says nothing for longer.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

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

    /// <summary>A time with its zone; null when it is not given.</summary>
    public DateTimeOffset? Utc(string name) => Query[name] is { } text ? UtcTimes.Of(text, name) : null;

    /// <summary>Where the list goes on; null at its beginning.</summary>
    public (DateTimeOffset Time, string Id)? After() => Query["cursor"] is { } cursor ? Cursor.Read(cursor) : null;

    /// <summary>The body, which must be an object. Whatever its declared type: there is nothing else to send here.</summary>
    public async Task<JsonElement> BodyAsync() =>
        await RequestBody.ReadJsonAsync(Http) is { ValueKind: JsonValueKind.Object } body
            ? body
            : throw Problem.BadRequest("The request body must be a JSON object.");

    /// <summary>204.</summary>
    public void NoContent() => Http.Response.StatusCode = StatusCodes.Status204NoContent;

    /// <summary>What stands behind <c>/{resource}/{id}/{part}</c>: raw bytes, as a file system has them.</summary>
    public byte[] EntryPath(string resource, string part) =>
        Backups.EntryPath.Of(Http, $"{Base}/{resource}/{Id}/{part}");

    /// <summary>200 with a file to keep, sent as its lines come.</summary>
    public Task DownloadAsync(string name, string type, IAsyncEnumerable<string> lines) =>
        DownloadAsync(
            name,
            type,
            async to =>
            {
                await using StreamWriter writer = new(to, leaveOpen: true);
                await foreach (string line in lines.WithCancellation(Aborted))
                {
                    await writer.WriteAsync(line);
                }
            }
        );

    /// <summary>200 with a file to keep, whose length nobody knows before it is written.</summary>
    public Task DownloadAsync(string name, string type, Func<Stream, Task> write)
    {
        Http.Response.ContentType = type;
        ContentDispositionHeaderValue kept = new("attachment");
        kept.SetHttpFileName(name);
        Http.Response.Headers.ContentDisposition = kept.ToString();
        NeitherShownNorGuessed();
        return HttpMethods.IsHead(Http.Request.Method) ? Task.CompletedTask : write(Http.Response.Body);
    }

    /// <summary>200 with a file to keep, 206 with the part of it that was asked for, or 304 where whoever asks has it.</summary>
    public Task DownloadAsync(string name, Stream content, DateTimeOffset? modified, EntityTagHeaderValue tag)
    {
        NeitherShownNorGuessed();
        return Results
            .File(content, "application/octet-stream", name, modified, tag, enableRangeProcessing: true)
            .ExecuteAsync(Http);
    }

    // Whoever made the file may want a browser to run it.
    private void NeitherShownNorGuessed()
    {
        Http.Response.Headers.XContentTypeOptions = "nosniff";
        Http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }

    public async Task ReplyAsync<T>(int status, T row, Action<Utf8JsonWriter, T, Caller> view)
    {
        await using JsonReply reply = new(Http.Response, status);
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
        await using JsonReply reply = new(Http.Response, StatusCodes.Status200OK);
        reply.Writer.WriteStartObject();
        reply.Writer.WriteStartArray(name);
        foreach (T row in rows)
        {
            view(reply.Writer, row, Caller);
            await reply.FlushWhenLargeAsync(Aborted);
        }
        reply.Writer.WriteEndArray();
        reply.Writer.WriteString("next_cursor", next);
        reply.Writer.WriteEndObject();
        await reply.CompleteAsync(Aborted);
    }

    /// <summary>
    /// 200 with server-sent events, until whoever asks has gone or the node stops. A line now and then says that the other
    /// side is there.
    /// </summary>
    /// <param name="changes">Some rows at a time, or none.</param>
    public async Task ReplyEventsAsync<T>(
        string name,
        Func<CancellationToken, IAsyncEnumerable<IReadOnlyList<T>>> changes,
        Action<Utf8JsonWriter, T, Caller> view
    )
    {
        CancellationToken stopping =
            Http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Aborted, stopping);
        TimeProvider time = Service<TimeProvider>();
        IAsyncEnumerable<IReadOnlyList<T>> rounds = changes(over.Token);
        Http.Response.ContentType = EventStream;
        Http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(Http.Request.Method))
        {
            return;
        }
        try
        {
            DateTimeOffset? sent = null;
            await foreach (IReadOnlyList<T> rows in rounds.WithCancellation(over.Token))
            {
                if (rows.Count == 0 && time.GetUtcNow() - sent < LongestSilence)
                {
                    continue;
                }
                await SendAsync(rows, name, view, over.Token);
                sent = time.GetUtcNow();
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested) { }
    }

    private async Task SendAsync<T>(
        IReadOnlyList<T> rows,
        string name,
        Action<Utf8JsonWriter, T, Caller> view,
        CancellationToken cancellationToken
    )
    {
        IBufferWriter<byte> body = Http.Response.BodyWriter;
        if (rows.Count == 0)
        {
            body.Write(":\n\n"u8);
        }
        foreach (T row in rows)
        {
            body.Write(Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
            await using (Utf8JsonWriter writer = new(body, JsonReply.Options))
            {
                view(writer, row, Caller);
            }
            body.Write("\n\n"u8);
        }
        _ = await Http.Response.BodyWriter.FlushAsync(cancellationToken);
    }
}
