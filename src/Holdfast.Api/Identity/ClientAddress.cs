using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>Whom a login is counted against.</summary>
internal static class ClientAddress
{
    // Whoever has one IPv6 address has its whole /64.
    private const int Ipv6NetworkBytes = 8;

    /// <summary>The IPv4 address or IPv6 network of the other end; null when there is none, as on a Unix socket.</summary>
    public static string? Of(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } address)
        {
            return null;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, Ipv6NetworkBytes))
            : address.ToString();
    }
}
