using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api;

/// <summary>
/// A JSON reply under way. Small replies leave whole, with their length; a long list leaves in pieces as
/// <see cref="FlushWhenLargeAsync"/> is called between rows, so memory does not grow with it.
/// </summary>
internal sealed class JsonReply : IAsyncDisposable
{
    // One TCP send's worth: large enough that a page of 100 rows leaves whole, small enough to bound memory a request.
    private const int Large = 64 * 1024;

    internal static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly HttpResponse response;
    private readonly PooledBufferWriter buffer = new(4096);
    private bool started;

    public JsonReply(HttpResponse response, int status)
    {
        this.response = response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        Writer = new Utf8JsonWriter(buffer, Options);
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>Where a list goes on, beside its rows.</summary>
    public void WriteNextLink(string name, string href)
    {
        Writer.WriteStartArray(name);
        Writer.WriteStartObject();
        Writer.WriteString("rel", "next");
        Writer.WriteString("href", href);
        Writer.WriteEndObject();
        Writer.WriteEndArray();
    }

    public async ValueTask FlushWhenLargeAsync(CancellationToken cancellationToken)
    {
        if (buffer.Length + Writer.BytesPending < Large)
        {
            return;
        }
        started = true;
        await SendAsync(cancellationToken);
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        if (!started)
        {
            Writer.Flush();
            response.ContentLength = buffer.Length;
        }
        await SendAsync(cancellationToken);
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        Writer.Flush();
        await response.BodyWriter.WriteAsync(buffer.Written, cancellationToken);
        buffer.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync();
        buffer.Dispose();
    }
}
