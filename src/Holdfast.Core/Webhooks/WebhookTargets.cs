using System.Net;
using System.Net.Sockets;
using Holdfast.Core.Model;

namespace Holdfast.Core.Webhooks;

/// <summary>Where webhooks may lead: a tenant's URL must not make this node a way into the operator's network.</summary>
public sealed class WebhookTargets(CoreOptions options)
{
    // What the registries of special-purpose addresses do not call globally reachable, and multicast.
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            // Within the one block of IPv6 that is given out: tunnels to any address of IPv4, and documentation.
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Whether whoever is no administrator may name it.</summary>
    public bool IsListed(Uri url) =>
        options.WebhookHosts.Any(listed =>
            listed.StartsWith("*.", StringComparison.Ordinal)
                ? url.IdnHost.EndsWith(listed[1..], StringComparison.OrdinalIgnoreCase)
                : url.IdnHost.Equals(listed, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Whether what this webhook names may be named by whoever chose it, as the operator's list is now.</summary>
    public bool Allows(Webhook webhook) => webhook.AnyHost || IsListed(new Uri(webhook.Url));

    /// <summary>Whether anybody's webhook may reach it.</summary>
    public bool Allows(IPAddress address)
    {
        IPAddress reached = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.WebhookNetworks.Any(network => network.Contains(reached)) || IsPublic(reached);
    }

    private static bool IsPublic(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address))
        && !Special.Any(network => network.Contains(address));
}
