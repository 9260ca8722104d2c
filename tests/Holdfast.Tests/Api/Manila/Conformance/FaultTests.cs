using System.Text.Json.Nodes;
using Holdfast.Api.Manila;
using Holdfast.Core;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>The envelope of errors: one key, which the status decides.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(400, "badRequest")]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    [InlineData(404, "itemNotFound")]
    [InlineData(405, "badMethod")]
    [InlineData(409, "conflictingRequest")]
    [InlineData(413, "overLimit")]
    [InlineData(415, "badMediaType")]
    [InlineData(501, "notImplemented")]
    [InlineData(503, "serviceUnavailable")]
    [InlineData(406, "computeFault")]
    [InlineData(422, "computeFault")]
    [InlineData(500, "computeFault")]
    public async Task The_key_says_the_status_and_the_value_code_and_message(int status, string key)
    {
        (JsonNode fault, _) = await WriteAsync(new Fault(status, "why"));

        KeyValuePair<string, JsonNode?> only = Assert.Single(fault.AsObject());
        Assert.Equal(key, only.Key);
        Assert.Equal((status, "why"), ((int)only.Value!["code"]!, (string)only.Value["message"]!));
        Assert.Equal(status == 413 ? 3 : 2, only.Value.AsObject().Count);
    }

    [Fact]
    public async Task Over_a_limit_says_when_to_retry_in_a_header_and_as_text()
    {
        (JsonNode fault, HttpResponse response) = await WriteAsync(new Fault(413, "exceeded"));

        Assert.Equal("0", fault["overLimit"]!["retryAfter"]!.GetValue<string>());
        Assert.Equal("0", response.Headers.RetryAfter);
    }

    [Theory]
    [InlineData(5, "5")]
    [InlineData(null, "")]
    public async Task Unavailable_says_when_to_retry_where_that_is_known(int? seconds, string header)
    {
        Fault fault = Fault.Of(
            new ServiceError(ServiceErrorKind.Unavailable, "away")
            {
                RetryAfter = seconds is { } known ? TimeSpan.FromSeconds(known) : null,
            }
        );

        Assert.Equal(header, (await WriteAsync(fault)).Response.Headers.RetryAfter.ToString());
    }

    private static async Task<(JsonNode Fault, HttpResponse Response)> WriteAsync(Fault fault)
    {
        using MemoryStream body = new();
        DefaultHttpContext http = new();
        http.Response.Body = body;

        await fault.WriteAsync(http);

        Assert.Equal(fault.Status, http.Response.StatusCode);
        Assert.Equal("application/json", http.Response.ContentType);
        return (JsonNode.Parse(body.ToArray())!, http.Response);
    }
}
