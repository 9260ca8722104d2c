using System.Net;
using System.Net.Sockets;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the service can listen where it is told to, or does so already.</summary>
internal static class ListenChecks
{
    private const string Check = "listen";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Settings settings, Findings findings, CancellationToken stop)
    {
        IPAddress address = WebHost.AddressOf(settings.Listen) ?? IPAddress.Loopback;
        switch (TryBind(address, settings.Listen.Port))
        {
            case SocketError.Success:
                findings.Ok(Check, $"{settings.Listen} is free");
                break;
            case SocketError.AddressAlreadyInUse when await IsOursAsync(settings, address, stop):
                findings.Ok(Check, $"our own service answers at {settings.Listen}");
                break;
            case SocketError.AddressAlreadyInUse:
                findings.Mistake(
                    Check,
                    $"another program has {settings.Listen}",
                    $"Stop it ('ss -ltnp sport = :{settings.Listen.Port}' names it), or set HOLDFAST_LISTEN."
                );
                break;
            case SocketError.AccessDenied:
                findings.Mistake(
                    Check,
                    $"this user may not listen at {settings.Listen}",
                    "Choose a port above 1023 in HOLDFAST_LISTEN, or give the service CAP_NET_BIND_SERVICE."
                );
                break;
            case SocketError.AddressNotAvailable:
                findings.Mistake(
                    Check,
                    $"this machine has no address {address}",
                    "Set HOLDFAST_LISTEN to one that 'ip address' shows."
                );
                break;
            case var error:
                findings.Mistake(Check, $"{settings.Listen} cannot be listened at: {error}", "Set HOLDFAST_LISTEN.");
                break;
        }
    }

    // Bound and not listening, so that a service that starts meanwhile is not in its way.
    private static SocketError TryBind(IPAddress address, int port)
    {
        try
        {
            using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            return SocketError.Success;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    /// <summary>
    /// Whether what answers is the service of this configuration: it answers as Holdfast, and where the catalog is embedded it has
    /// said in the data directory that it is there.
    /// </summary>
    private static async Task<bool> IsOursAsync(Settings settings, IPAddress address, CancellationToken stop)
    {
        if (settings.Core.Postgres is null && !DataDirectory.IsServedAt(settings.Core.DataDirectory, settings.Listen))
        {
            return false;
        }
        IPAddress reached =
            address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address;
        // Nothing secret is sent, and whose certificate it is has a check of its own.
        using SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        };
        using HttpClient http = new(handler) { Timeout = Patience, MaxResponseContentBufferSize = 1024 };
        try
        {
            UriBuilder url = new(settings.Listen.Scheme, reached.ToString(), settings.Listen.Port, "/healthz");
            using HttpResponseMessage reply = await http.GetAsync(url.Uri, stop);
            return reply.Headers.Contains("x-openstack-request-id")
                && await reply.Content.ReadAsStringAsync(stop) == "OK";
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }
}
