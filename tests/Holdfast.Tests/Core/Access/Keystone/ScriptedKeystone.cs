using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Core.Access.Keystone;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>For faults only, which a real Keystone does not show when asked to: it answers as a test says.</summary>
internal sealed class ScriptedKeystone : IAsyncDisposable
{
    private readonly WebApplication app;
    private int questions;
    private int logins;

    private ScriptedKeystone(WebApplication app, Uri url) => (this.app, Url) = (app, url);

    public Uri Url { get; }

    /// <summary>Of a question about a token; a good one by default.</summary>
    public RequestDelegate Question { get; set; } = http => http.Response.WriteAsync(Token());

    /// <summary>Of a login; a good one by default.</summary>
    public RequestDelegate Login { get; set; } = SignInAsync;

    public int Questions => questions;

    public int Logins => logins;

    public KeystoneOptions Options =>
        new()
        {
            Url = Url,
            Username = "holdfast",
            Password = "secret",
            Project = "service",
            UserDomain = "Default",
            ProjectDomain = "Default",
            Patience = TimeSpan.FromMinutes(1),
        };

    /// <param name="certificate">It then speaks TLS.</param>
    public static async Task<ScriptedKeystone> StartAsync(X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen => _ = certificate is null ? listen : listen.UseHttps(certificate)
            )
        );
        WebApplication built = builder.Build();
        ScriptedKeystone? scripted = null;
        built.Run(http => scripted!.AnswerAsync(http));
        await built.StartAsync();
        string address = built
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return scripted = new ScriptedKeystone(built, new Uri($"{address}/v3"));
    }

    public static Task SignInAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status201Created;
        http.Response.Headers["X-Subject-Token"] = "the service's";
        return http.Response.WriteAsync(Token());
    }

    /// <summary>What Keystone would say of a member's token.</summary>
    public static string Token()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string Text(DateTimeOffset at) => at.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        return $$$"""
            {"token": {"user": {"id": "u1"}, "roles": [{"id": "r1", "name": "member"}], "project": {"id": "abc"},
            "issued_at": "{{{Text(now)}}}", "expires_at": "{{{Text(now.AddHours(1))}}}"}}
            """;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        bool login = HttpMethods.IsPost(http.Request.Method);
        Interlocked.Increment(ref login ? ref logins : ref questions);
        return login ? Login(http) : Question(http);
    }
}
