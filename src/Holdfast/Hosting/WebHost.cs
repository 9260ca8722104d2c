using System.Net;
using Holdfast.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Hosting;

/// <summary>Kestrel as the service needs it: one address, bounded in what a client may hold of it.</summary>
internal static class WebHost
{
    // With HTTP/1.1, which is all that OpenStack's clients speak, a connection carries one request at a time: this bounds
    // the requests in flight as well. A connection beyond it is closed at once.
    private const int MaxConnections = 1024;

    // What one request may hold before anything of it is looked at. Clients send about a dozen headers; the largest
    // tokens of identity services have some kilobytes. A list's filters go into the request line.
    private const int MaxHeaders = 100;
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxRequestLineBytes = 64 * 1024;

    private const string TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static WebApplicationBuilder Create(Settings settings, TlsCertificate? tls)
    {
        // Slim: no configuration files, no environment of the framework's; our settings are all there is.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        if (settings.JsonLog)
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat;
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimestampFormat + " ";
            });
        }
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails ends the process with the same words.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings, tls));
        return builder;
    }

    private static void Configure(KestrelServerOptions kestrel, Settings settings, TlsCertificate? tls)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Endpoints.MaxRequestBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        kestrel.ConfigureEndpointDefaults(options => options.Protocols = HttpProtocols.Http1);
        Action<ListenOptions> listen = options => Secure(options, tls);
        int port = settings.Listen.Port;
        if (AddressOf(settings.Listen) is { } address)
        {
            kestrel.Listen(address, port, listen);
        }
        else
        {
            kestrel.ListenLocalhost(port, listen);
        }
    }

    /// <returns>Null for <c>localhost</c>, which is both loopback addresses.</returns>
    public static IPAddress? AddressOf(Uri listen) =>
        IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? address) ? address : null;

    private static void Secure(ListenOptions options, TlsCertificate? tls)
    {
        if (tls is not null)
        {
            options.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificateSelector = (_, _) => tls.Current() });
        }
    }
}
