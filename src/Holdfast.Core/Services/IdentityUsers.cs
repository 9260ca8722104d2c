using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

public sealed record NewUser(
    string Name,
    string? Password,
    bool Enabled,
    string? Email,
    string? Description,
    string? DefaultProjectId
);

/// <summary>Null matches all.</summary>
public sealed record UserFilter(string? Name = null, bool? Enabled = null);

/// <summary>Null leaves as is.</summary>
public sealed record UserChange(
    string? Name,
    string? Password,
    bool? Enabled,
    string? Email,
    string? Description,
    string? DefaultProjectId
);

/// <summary>Users: an administrator manages them; users read themselves and change their own password.</summary>
public sealed class IdentityUsers(IdentityCatalog catalog, Passwords passwords, LoginGate gate)
{
    private const int LongestName = 255;

    public async Task<IReadOnlyList<User>> ListAsync(
        Caller caller,
        UserFilter filter,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:list_users");
        return
        [
            .. (await catalog.ReadAsync(rows => rows.Users.ListAsync(), cancellationToken)).Where(user =>
                (filter.Name is null || user.Name == filter.Name)
                && (filter.Enabled is null || user.Enabled == filter.Enabled)
            ),
        ];
    }

    public async Task<User> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdminOrSelf(caller, id, "identity:get_user");
        return await catalog.ReadAsync(rows => rows.Users.FindAsync(id), cancellationToken)
            ?? throw IdentityPolicy.Missing("user", id);
    }

    public async Task<User> CreateAsync(Caller caller, NewUser request, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:create_user");
        IdentityPolicy.CheckName(request.Name, LongestName);
        User user = new()
        {
            Id = IdentityId.New(),
            Name = request.Name,
            Description = request.Description,
            Email = request.Email,
            DefaultProjectId = request.DefaultProjectId,
            Enabled = request.Enabled,
            PasswordHash = request.Password is null
                ? null
                : await passwords.HashAsync(request.Password, cancellationToken),
        };
        return await catalog.WriteAsync(
            async rows => await rows.Users.TryAddAsync(user) ? user : throw IdentityPolicy.Taken("user", user.Name),
            cancellationToken
        );
    }

    /// <summary>A new password, and disabling, end every token of the user.</summary>
    public async Task<User> UpdateAsync(
        Caller caller,
        string id,
        UserChange change,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:update_user");
        if (change.Name is not null)
        {
            IdentityPolicy.CheckName(change.Name, LongestName);
        }
        string? hash = change.Password is null ? null : await passwords.HashAsync(change.Password, cancellationToken);
        bool endsTokens = hash is not null || change.Enabled == false;
        return await catalog.WriteAsync(
            async rows =>
            {
                User user = await rows.Users.FindAsync(id) ?? throw IdentityPolicy.Missing("user", id);
                User changed = user with
                {
                    Name = change.Name ?? user.Name,
                    PasswordHash = hash ?? user.PasswordHash,
                    Enabled = change.Enabled ?? user.Enabled,
                    Email = change.Email ?? user.Email,
                    Description = change.Description ?? user.Description,
                    DefaultProjectId = change.DefaultProjectId ?? user.DefaultProjectId,
                    TokenEpoch = user.TokenEpoch + (endsTokens ? 1 : 0),
                };
                if (!await rows.Users.TrySaveAsync(changed))
                {
                    throw IdentityPolicy.Taken("user", changed.Name);
                }
                await IdentityPolicy.KeepAnAdministratorAsync(rows);
                return changed;
            },
            cancellationToken
        );
    }

    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:delete_user");
        await catalog.WriteAsync(
            async rows =>
            {
                if (!await rows.Users.RemoveAsync(id))
                {
                    throw IdentityPolicy.Missing("user", id);
                }
                await rows.Quotas.RemoveUserAsync(id);
                await IdentityPolicy.KeepAnAdministratorAsync(rows);
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Users' own: the old password is the permission, and is guarded as a login is. Ends every token of the user.
    /// </summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Unauthenticated"/>: not the user's password, or no such user.
    /// </exception>
    public async Task ChangePasswordAsync(
        string id,
        string original,
        string password,
        string? address,
        CancellationToken cancellationToken
    )
    {
        Passwords.Check(password);
        User? user = await catalog.ReadAsync(rows => rows.Users.FindAsync(id), cancellationToken);
        User known = await gate.PassAsync(user, id, original, address, cancellationToken);
        string hash = await passwords.HashAsync(password, cancellationToken);
        await catalog.WriteAsync(
            async rows =>
            {
                User? now = await rows.Users.FindAsync(id);
                // Somebody may have set another password meanwhile: then the one shown is no permission any more.
                if (now is null || now.PasswordHash != known.PasswordHash)
                {
                    throw ServiceError.Unauthenticated();
                }
                return await rows.Users.TrySaveAsync(now with { PasswordHash = hash, TokenEpoch = now.TokenEpoch + 1 });
            },
            cancellationToken
        );
    }
}
