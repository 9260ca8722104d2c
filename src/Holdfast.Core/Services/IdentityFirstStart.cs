using System.Security.Cryptography;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>
/// What the very first start makes: the base roles, and a project and user <c>admin</c>. The administrator's password is
/// the configured one, or made and left in <c>admin-openrc</c> for whoever owns the data directory.
/// </summary>
public sealed class IdentityFirstStart(IdentityCatalog catalog, Passwords passwords, CoreOptions options)
{
    private const string Administrator = "admin";

    // Letters and digits without the ones that are mistaken for others; 20 of 54 are 115 bits.
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int GeneratedLength = 20;

    /// <summary>Does nothing where there is a role already. May be run by every node at every start.</summary>
    /// <exception cref="ServiceError">The configured password is too short or too long.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if ((await catalog.ReadAsync(rows => rows.Roles.ListAsync(), cancellationToken)).Count > 0)
        {
            return;
        }
        string password = options.AdminPassword ?? RandomNumberGenerator.GetString(Alphabet, GeneratedLength);
        string hash = await passwords.HashAsync(password, cancellationToken);
        // The file is there before the user is: a crash in between leaves a file that the next start replaces.
        bool added = await catalog.WriteAsync(rows => AddAsync(rows, hash, password), cancellationToken);
        // Another node was faster, and this one had its file by then, or the other's where they share a directory.
        if (!added && options.AdminPassword is null && Openrc.ReadPassword(options, Administrator) == password)
        {
            Openrc.Delete(options, Administrator);
        }
    }

    private async Task<bool> AddAsync(ICatalogSession rows, string hash, string password)
    {
        if ((await rows.Roles.ListAsync()).Count > 0)
        {
            return false;
        }
        foreach (string name in BaseRoles.Names)
        {
            await rows.Roles.TryAddAsync(new Role(IdentityId.New(), name, null));
        }
        Project project = new()
        {
            Id = IdentityId.New(),
            Name = Administrator,
            Description = "The administrator's project",
        };
        User user = new()
        {
            Id = IdentityId.New(),
            Name = Administrator,
            PasswordHash = hash,
            DefaultProjectId = project.Id,
        };
        await rows.Projects.TryAddAsync(project);
        await rows.Users.TryAddAsync(user);
        Role admin = (await rows.Roles.ListAsync()).Single(role => role.Name == BaseRoles.Admin);
        await rows.RoleAssignments.AddAsync(project.Id, user.Id, admin.Id);
        if (options.AdminPassword is null)
        {
            Openrc.Write(options, Administrator, password);
        }
        return true;
    }
}
