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
    // A tenant's slow or wide connection costs others nothing: more than these wait or are refused.
    private const int MaxConnections = 1024;

    public static WebApplicationBuilder Create(Settings settings)
    {
        // Slim: no configuration files, no environment of the framework's; our settings are all there is.
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails ends the process with the same words.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings));
        return builder;
    }

    private static void Configure(KestrelServerOptions kestrel, Settings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Endpoints.MaxRequestBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        Action<ListenOptions> listen = options => Secure(options, settings);
        int port = settings.Listen.Port;
        if (IPAddress.TryParse(settings.Listen.Host.Trim('[', ']'), out IPAddress? address))
        {
            kestrel.Listen(address, port, listen);
        }
        else
        {
            kestrel.ListenLocalhost(port, listen);
        }
    }

    private static void Secure(ListenOptions options, Settings settings)
    {
        if (settings.TlsCertificate is not { } certificate || settings.TlsKey is not { } key)
        {
            return;
        }
        TlsCertificate current = new(certificate, key);
        options.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificateSelector = (_, _) => current.Current() });
    }
}
