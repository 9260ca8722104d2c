using Holdfast.Core.Access;
using Holdfast.Core.Catalog;

namespace Holdfast.Core.Services;

/// <summary>Who may do what in local identity: Keystone's defaults, with one domain.</summary>
public static class IdentityPolicy
{
    /// <param name="rule">Keystone's name of the action, for the message.</param>
    public static void RequireAdmin(Caller caller, string rule) => Require(caller.IsAdmin, rule);

    public static void RequireAdminOrSelf(Caller caller, string userId, string rule) =>
        Require(caller.IsAdmin || caller.UserId == userId, rule);

    public static void Require(bool allowed, string rule)
    {
        if (!allowed)
        {
            throw ServiceError.Forbidden($"You are not authorized to perform the requested action: {rule}.");
        }
    }

    /// <summary>
    /// Last in every transaction that could take away an administrator: without one, nothing could be put right again.
    /// </summary>
    public static async Task KeepAnAdministratorAsync(ICatalogSession rows)
    {
        if (!await rows.RoleAssignments.HasAdministratorAsync())
        {
            throw ServiceError.Forbidden(
                "This would leave nobody to administer the service. Give the role admin to another user first."
            );
        }
    }

    public static ServiceError Missing(string kind, string id) =>
        ServiceError.NotFound($"Could not find {kind}: {id}.");

    public static ServiceError Taken(string kind, string name) =>
        ServiceError.Conflict(
            $"Conflict occurred attempting to store {kind} - Duplicate entry found with name {name}."
        );

    /// <summary>A new name: not blank, no NUL, at most <paramref name="longest"/> characters.</summary>
    public static void CheckName(string name, int longest)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > longest)
        {
            throw ServiceError.Invalid($"A name must have 1 to {longest} characters and may not be blank.");
        }
    }
}
