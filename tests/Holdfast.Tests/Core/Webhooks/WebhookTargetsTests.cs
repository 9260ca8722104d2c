using System.Net;
using Holdfast.Core;
using Holdfast.Core.Webhooks;
using Xunit;

namespace Holdfast.Tests.Core.Webhooks;

public sealed class WebhookTargetsTests
{
    [Theory]
    [InlineData("93.184.215.14", true)]
    [InlineData("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    // Where clouds keep their machines' secrets.
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:93.184.215.14", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2001:0:53aa:64c::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void A_webhook_reaches_public_addresses_alone(string address, bool allowed) =>
        Assert.Equal(allowed, new WebhookTargets(Options()).Allows(IPAddress.Parse(address)));

    [Fact]
    public void The_operator_may_open_a_network_and_no_more()
    {
        WebhookTargets targets = new(Options() with { WebhookNetworks = [IPNetwork.Parse("10.1.0.0/16")] });
        Assert.True(targets.Allows(IPAddress.Parse("10.1.2.3")));
        Assert.True(targets.Allows(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(targets.Allows(IPAddress.Parse("10.2.2.3")));
    }

    [Theory]
    [InlineData("https://hooks.example.org/x", true)]
    [InlineData("https://HOOKS.example.org:8443/", true)]
    [InlineData("https://example.org/", false)]
    [InlineData("https://evilhooks.example.org/", false)]
    [InlineData("https://a.example.com/", true)]
    [InlineData("https://a.b.example.com/", true)]
    [InlineData("https://example.com/", false)]
    [InlineData("https://example.com.evil.net/", false)]
    [InlineData("https://10.0.0.1/", false)]
    public void A_host_is_on_the_list_by_its_name_or_by_what_it_is_beneath(string url, bool listed) =>
        Assert.Equal(
            listed,
            new WebhookTargets(Options() with { WebhookHosts = ["hooks.example.org", "*.example.com"] }).IsListed(
                new Uri(url)
            )
        );

    private static CoreOptions Options() =>
        new()
        {
            DataDirectory = "/nowhere",
            Node = "node1",
            Roles = new HashSet<string>(),
            ShareRoots = [],
            PublicUrl = "",
        };
}
