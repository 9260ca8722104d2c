using System.Net;
using Holdfast.Api.Auth;
using Xunit;

namespace Holdfast.Tests.Api.Auth;

public sealed class TokenAuthenticationTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public void A_callers_address_is_one_text_whichever_socket_it_came_through(string address, string text) =>
        Assert.Equal(text, TokenAuthentication.Text(IPAddress.Parse(address)));
}
