using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Identity;

internal static class UserEndpoints
{
    public static async Task ListAsync(IdentityRequest request)
    {
        UserFilter filter = new(request.Query("name"), request.Flag("enabled"));
        IReadOnlyList<User> users = await request.Users.ListAsync(request.Caller, filter, request.Aborted);
        await request.ReplyListAsync(
            "users",
            (Placement.Excludes(request) ? [] : users).Select(user => View(request, user))
        );
    }

    public static async Task GetAsync(IdentityRequest request) =>
        await ReplyAsync(
            request,
            StatusCodes.Status200OK,
            await request.Users.GetAsync(request.Caller, request.Route("user"), request.Aborted)
        );

    public static async Task CreateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:create_user");
        IdentityBody body = (await request.BodyAsync()).Object("user");
        Placement.Check(body);
        NewUser user = new(
            body.Text("name"),
            body.OptionalText("password"),
            body.OptionalFlag("enabled") ?? true,
            body.OptionalText("email"),
            body.OptionalText("description"),
            body.OptionalText("default_project_id")
        );
        await ReplyAsync(
            request,
            StatusCodes.Status201Created,
            await request.Users.CreateAsync(request.Caller, user, request.Aborted)
        );
    }

    public static async Task UpdateAsync(IdentityRequest request)
    {
        IdentityPolicy.RequireAdmin(request.Caller, "identity:update_user");
        IdentityBody body = (await request.BodyAsync()).Object("user");
        Placement.Check(body);
        UserChange change = new(
            body.OptionalText("name"),
            body.OptionalText("password"),
            body.OptionalFlag("enabled"),
            body.OptionalText("email"),
            body.OptionalText("description"),
            body.OptionalText("default_project_id")
        );
        await ReplyAsync(
            request,
            StatusCodes.Status200OK,
            await request.Users.UpdateAsync(request.Caller, request.Route("user"), change, request.Aborted)
        );
    }

    public static async Task DeleteAsync(IdentityRequest request)
    {
        await request.Users.DeleteAsync(request.Caller, request.Route("user"), request.Aborted);
        await request.ReplyEmptyAsync();
    }

    /// <summary>The original password proves who asks, so no token is needed.</summary>
    public static async Task ChangePasswordAsync(IdentityRequest request)
    {
        IdentityBody body = (await request.BodyAsync()).Object("user");
        await request.Users.ChangePasswordAsync(
            request.Route("user"),
            body.Text("original_password"),
            body.Text("password"),
            ClientAddress.Of(request.Http),
            request.Aborted
        );
        await request.ReplyEmptyAsync();
    }

    private static Task ReplyAsync(IdentityRequest request, int status, User user) =>
        request.ReplyAsync(status, "user", View(request, user));

    private static JsonObject View(IdentityRequest request, User user)
    {
        JsonObject view = new()
        {
            ["id"] = user.Id,
            ["name"] = user.Name,
            ["domain_id"] = DefaultDomain.Id,
            ["enabled"] = user.Enabled,
            ["password_expires_at"] = null,
            ["options"] = new JsonObject(),
            ["links"] = Links.Self($"{request.BaseUrl}/users/{user.Id}"),
        };
        AddUnlessNull(view, "email", user.Email);
        AddUnlessNull(view, "description", user.Description);
        AddUnlessNull(view, "default_project_id", user.DefaultProjectId);
        return view;
    }

    private static void AddUnlessNull(JsonObject view, string member, string? value)
    {
        if (value is not null)
        {
            view[member] = value;
        }
    }
}
