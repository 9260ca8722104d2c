using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

/// <summary>Null matches all.</summary>
public sealed record ProjectFilter(string? Name = null, bool? Enabled = null);

/// <summary>Null leaves as is.</summary>
public sealed record ProjectChange(string? Name, string? Description, bool? Enabled);

/// <summary>Projects: an administrator manages them; a user reads those that they have a role in.</summary>
public sealed class IdentityProjects(IdentityCatalog catalog, TimeProvider time)
{
    private const int LongestName = 64;

    public async Task<IReadOnlyList<Project>> ListAsync(
        Caller caller,
        ProjectFilter filter,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:list_projects");
        return Matching(await catalog.ReadAsync(rows => rows.Projects.ListAsync(), cancellationToken), filter);
    }

    /// <summary>The projects that a user has a role in, disabled ones included.</summary>
    public async Task<IReadOnlyList<Project>> OfUserAsync(
        Caller caller,
        string userId,
        ProjectFilter filter,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdminOrSelf(caller, userId, "identity:list_user_projects");
        return await catalog.ReadAsync(
            async rows =>
                await rows.Users.FindAsync(userId) is null
                    ? throw IdentityPolicy.Missing("user", userId)
                    : Matching(await rows.Projects.OfUserAsync(userId), filter),
            cancellationToken
        );
    }

    public async Task<Project> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        return await catalog.ReadAsync(
            async rows =>
            {
                bool own =
                    caller.IsAdmin || (await rows.Projects.OfUserAsync(caller.UserId)).Any(project => project.Id == id);
                IdentityPolicy.Require(own, "identity:get_project");
                return await rows.Projects.FindAsync(id) ?? throw IdentityPolicy.Missing("project", id);
            },
            cancellationToken
        );
    }

    public async Task<Project> CreateAsync(
        Caller caller,
        string name,
        string? description,
        bool enabled,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:create_project");
        IdentityPolicy.CheckName(name, LongestName);
        Project project = new()
        {
            Id = IdentityId.New(),
            Name = name,
            Description = description ?? "",
            Enabled = enabled,
        };
        return await catalog.WriteAsync(
            async rows =>
                await rows.Projects.TryAddAsync(project) ? project : throw IdentityPolicy.Taken("project", name),
            cancellationToken
        );
    }

    /// <summary>Disabling ends every token of the project.</summary>
    public async Task<Project> UpdateAsync(
        Caller caller,
        string id,
        ProjectChange change,
        CancellationToken cancellationToken
    )
    {
        IdentityPolicy.RequireAdmin(caller, "identity:update_project");
        if (change.Name is not null)
        {
            IdentityPolicy.CheckName(change.Name, LongestName);
        }
        return await catalog.WriteAsync(
            async rows =>
            {
                Project project = await rows.Projects.FindAsync(id) ?? throw IdentityPolicy.Missing("project", id);
                Project changed = project with
                {
                    Name = change.Name ?? project.Name,
                    Description = change.Description ?? project.Description,
                    Enabled = change.Enabled ?? project.Enabled,
                    TokenEpoch = project.TokenEpoch + (change.Enabled == false ? 1 : 0),
                };
                if (!await rows.Projects.TrySaveAsync(changed))
                {
                    throw IdentityPolicy.Taken("project", changed.Name);
                }
                await IdentityPolicy.KeepAnAdministratorAsync(rows);
                await rows.QueueExportAsync(id, time.Now());
                return changed;
            },
            cancellationToken
        );
    }

    /// <summary>With its role assignments and quotas; what the project owns elsewhere stays, out of everyone's reach but an administrator's.</summary>
    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        IdentityPolicy.RequireAdmin(caller, "identity:delete_project");
        await catalog.WriteAsync(
            async rows =>
            {
                if (!await rows.Projects.RemoveAsync(id))
                {
                    throw IdentityPolicy.Missing("project", id);
                }
                await rows.Quotas.RemoveProjectAsync(id);
                await rows.Schedules.DisableOfProjectAsync(id, time.Now());
                await IdentityPolicy.KeepAnAdministratorAsync(rows);
                return true;
            },
            cancellationToken
        );
    }

    private static List<Project> Matching(IEnumerable<Project> projects, ProjectFilter filter) =>
        [
            .. projects.Where(project =>
                (filter.Name is null || project.Name == filter.Name)
                && (filter.Enabled is null || project.Enabled == filter.Enabled)
            ),
        ];
}
