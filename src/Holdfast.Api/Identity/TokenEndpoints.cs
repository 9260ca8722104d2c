using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

/// <summary>Logging in, looking at a token, ending one.</summary>
internal static class TokenEndpoints
{
    public static async Task CreateAsync(IdentityRequest request)
    {
        LoginRequest login = LoginRequest.Parse(await request.BodyAsync());
        (string text, TokenDetails details) = login.User is null
            ? await request.Logins.WithTokenAsync(login.Token!, login.Scope, request.Aborted)
            : await request.Logins.WithPasswordAsync(
                login.User,
                login.Password!,
                login.Scope,
                ClientAddress.Of(request.Http),
                request.Aborted
            );
        await ReplyAsync(request, StatusCodes.Status201Created, text, details);
    }

    public static async Task GetAsync(IdentityRequest request)
    {
        TokenDetails details = await request.Logins.GetAsync(request.Caller, request.Subject, request.Aborted);
        await ReplyAsync(request, StatusCodes.Status200OK, request.Subject!, details);
    }

    public static async Task DeleteAsync(IdentityRequest request)
    {
        await request.Logins.RevokeAsync(request.Caller, request.Subject, request.Aborted);
        await request.ReplyEmptyAsync();
    }

    private static Task ReplyAsync(IdentityRequest request, int status, string text, TokenDetails details)
    {
        request.Http.Response.Headers[IdentityRequest.SubjectHeader] = text;
        IdentityServiceCatalogue? catalogue = request.HasQuery("nocatalog")
            ? null
            : request.Service<IdentityServiceCatalogue>();
        return request.ReplyAsync(status, "token", TokenView.Of(details, catalogue));
    }
}
