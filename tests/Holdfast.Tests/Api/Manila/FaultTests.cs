using Holdfast.Api.Manila;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

public sealed class FaultTests
{
    [Theory]
    [InlineData(413, "0")]
    [InlineData(503, "")]
    public async Task Only_a_413_has_the_header_that_stock_clients_take_on_nothing_else(int status, string header)
    {
        DefaultHttpContext http = new();
        await new Fault(status, "why").WriteAsync(http);
        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal(header, http.Response.Headers.RetryAfter.ToString());
    }
}
