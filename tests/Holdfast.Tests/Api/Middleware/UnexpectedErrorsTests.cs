using System.Text.Json.Nodes;
using Holdfast.Api.Middleware;
using Holdfast.Api.Vbs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Api.Middleware;

public sealed class UnexpectedErrorsTests
{
    [Theory]
    [InlineData("/api/v1/operations", "detail")]
    [InlineData("/v2/shares", "overLimit")]
    [InlineData("/v2/{project_id}/os-vendor-backup-sharing", "overLimit")]
    [InlineData("/v2/{project_id}/backuppolicy/{**rest}", "error")]
    public async Task A_broken_request_is_answered_in_the_form_of_its_api(string path, string member)
    {
        DefaultHttpContext http = new();
        using MemoryStream body = new();
        http.Response.Body = body;
        http.Request.Path = path;
        if (VbsRoutes.Routes.FirstOrDefault(one => one.Path == path) is { } route)
        {
            http.SetEndpoint(new Endpoint(route.RunAsync, new EndpointMetadataCollection(route), null));
        }
        UnexpectedErrors last = new(
            _ => throw new BadHttpRequestException("It is too large.", StatusCodes.Status413PayloadTooLarge),
            NullLogger<UnexpectedErrors>.Instance
        );
        await last.InvokeAsync(http);
        Assert.Equal(413, http.Response.StatusCode);
        JsonObject answer = JsonNode.Parse(body.ToArray())!.AsObject();
        Assert.Contains(member, answer.Select(one => one.Key));
    }
}
