using System.Collections.Concurrent;
using System.Net;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.S3;
using Holdfast.Testing.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Objects.S3;

/// <summary>
/// For faults and manners only, which a real store does not show when asked to: it answers as a test says, and checks no
/// signature.
/// </summary>
internal sealed class ScriptedS3 : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, byte[]> objects = new(StringComparer.Ordinal);

    private ScriptedS3(WebApplication app, Uri url)
    {
        this.app = app;
        Place = new S3Place(new S3Account(url, "key", "secret"), "bucket", "prefix").Options with
        {
            ListRetry = new RetryOptions { FirstDelay = TimeSpan.FromMilliseconds(1) },
        };
        Answer = KeepAsync;
    }

    public S3Options Place { get; }

    /// <summary>To each request; by default objects are kept, and <c>If-None-Match</c> is passed over.</summary>
    public RequestDelegate Answer { get; set; }

    /// <summary>Methods of all requests so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<ScriptedS3> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication built = builder.Build();
        ScriptedS3? scripted = null;
        built.Run(http =>
        {
            scripted!.Requests.Enqueue(http.Request.Method);
            return scripted.Answer(http);
        });
        await built.StartAsync();
        string address = built
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return scripted = new ScriptedS3(built, new Uri(address));
    }

    public static Task RefuseAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync($"<Error><Code>{code}</Code><Message>what it says</Message></Error>");
    }

    /// <summary>Never, until the client goes.</summary>
    public static Task HangAsync(HttpContext http) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted)
            .ContinueWith(_ => { }, TaskScheduler.Default);

    public bool Holds(HttpContext http) => objects.ContainsKey(http.Request.Path);

    public async Task KeepAsync(HttpContext http)
    {
        string name = http.Request.Path;
        if (HttpMethods.IsPut(http.Request.Method))
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            objects[name] = body.ToArray();
        }
        else if (!objects.TryGetValue(name, out byte[]? kept))
        {
            bool bucket = !name.Trim('/').Contains('/');
            http.Response.StatusCode = bucket ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        }
        else if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.ContentLength = kept.Length;
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.ContentLength = kept.Length;
            await http.Response.Body.WriteAsync(kept);
        }
    }

    public byte[] this[string name] => objects[$"/{Place.Bucket}/{Place.Prefix}/{name}"];

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
