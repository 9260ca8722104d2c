using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

public sealed record NewShareType(
    string? Name,
    string? Description,
    bool IsPublic,
    IReadOnlyDictionary<string, string> ExtraSpecs
);

/// <summary>Null leaves as it is; an empty description clears it.</summary>
public sealed record ShareTypeChange(string? Name, string? Description, bool? IsPublic);

/// <summary>Null does not filter.</summary>
/// <param name="IsPublic">For administrators; others see public types and those their project was given.</param>
public sealed record ShareTypeQuery(bool? IsPublic, IReadOnlyDictionary<string, string>? ExtraSpecs);

/// <summary>The types of shares, which administrators make and projects use.</summary>
public sealed class ShareTypeService(ICatalog catalog, Policy policy, TimeProvider time)
{
    public async Task<IReadOnlyList<ShareType>> ListAsync(
        Caller caller,
        ShareTypeQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_type:index");
        bool? isPublic = caller.IsAdmin ? query.IsPublic : true;
        IReadOnlyList<ShareType> types = await catalog.ReadAsync(
            session => session.ShareTypes.ListAsync(isPublic, caller.ProjectId),
            cancellationToken
        );
        if (query.ExtraSpecs is not { } specs)
        {
            return types;
        }
        // What a caller cannot see is not to be found out by filtering.
        return specs.Keys.All(ExtraSpec.Public.Contains) || policy.Allows(caller, "share_types_extra_spec:index")
            ? [.. types.Where(type => ShareTypeRules.Matches(type, specs))]
            : [];
    }

    public async Task<ShareType> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:show");
        return await catalog.ReadAsync(session => session.FindShareTypeAsync(caller, id), cancellationToken)
            ?? throw ServiceError.NotFound("Share type not found.");
    }

    public async Task<ShareType> GetDefaultAsync(Caller caller, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:default");
        return await catalog.ReadAsync(session => session.FindDefaultShareTypeAsync(caller), cancellationToken)
            ?? throw ServiceError.NotFound("Default share type not found");
    }

    public Task<ShareType> CreateAsync(Caller caller, NewShareType request, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:create");
        ShareTypeRules.CheckName(request.Name);
        ShareTypeRules.CheckDescription(request.Description);
        ShareTypeRules.CheckAll(request.ExtraSpecs);
        ShareType type = new()
        {
            Id = Guid.NewGuid().ToString(),
            Name = request.Name!,
            Description = request.Description,
            IsPublic = request.IsPublic,
            ExtraSpecs = ShareTypeRules.Tidy(request.ExtraSpecs),
        };
        return catalog.WriteAsync(
            async session =>
                await session.ShareTypes.TryAddAsync(type, time.Now()) ? type : throw NameIsTaken(type.Name),
            cancellationToken
        );
    }

    public Task<ShareType> UpdateAsync(
        Caller caller,
        string id,
        ShareTypeChange change,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_type:update");
        if (change.Name is not null)
        {
            ShareTypeRules.CheckName(change.Name);
        }
        ShareTypeRules.CheckDescription(change.Description);
        if (change is { Name: null, Description: null, IsPublic: null })
        {
            throw ServiceError.Invalid(
                "Specify share type name, description, share_type_access:is_public or a combination thereof."
            );
        }
        return catalog.WriteAsync(
            async session =>
            {
                ShareType type =
                    await session.ShareTypes.FindAsync(id)
                    ?? throw ServiceError.NotFound($"ShareTypeNotFound: Share type {id} could not be found.");
                ShareType changed = type with
                {
                    Name = change.Name ?? type.Name,
                    Description = change.Description switch
                    {
                        null => type.Description,
                        "" => null,
                        { } text => text,
                    },
                    IsPublic = change.IsPublic ?? type.IsPublic,
                };
                return await session.ShareTypes.TrySetAsync(changed) ? changed : throw NameIsTaken(changed.Name);
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:delete");
        return catalog.WriteAsync(
            async session =>
            {
                ShareType type = await session.ShareTypes.FindAsync(id) ?? throw ServiceError.NotFound();
                if (type.IsDefault)
                {
                    throw ServiceError.Invalid(
                        "The default share type cannot be deleted: shares that name none need it."
                    );
                }
                if (await session.Shares.CountOfTypeAsync(id) > 0)
                {
                    throw ServiceError.Invalid("Target share type is still in use.");
                }
                await session.ShareTypes.RemoveAsync(id);
            },
            cancellationToken
        );
    }

    /// <returns>The ids of the projects that were given the type.</returns>
    public Task<IReadOnlyList<string>> ListProjectsAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:list_project_access");
        return catalog.ReadAsync(
            async session =>
            {
                ShareType type =
                    await session.ShareTypes.FindAsync(id)
                    ?? throw ServiceError.NotFound($"Share type {id} not found.");
                return type.IsPublic
                    ? throw ServiceError.NotFound("Access list not available for public share types.")
                    : await session.ShareTypes.ProjectsAsync(id);
            },
            cancellationToken
        );
    }

    public Task AddProjectAsync(Caller caller, string id, string projectId, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:add_project_access");
        return catalog.WriteAsync(
            async session =>
            {
                await CheckPrivateAsync(session, id);
                if (!await session.ShareTypes.TryAddProjectAsync(id, projectId))
                {
                    throw ServiceError.Conflict(
                        $"Share type access for {id} / {projectId} combination already exists."
                    );
                }
            },
            cancellationToken
        );
    }

    public Task RemoveProjectAsync(Caller caller, string id, string projectId, CancellationToken cancellationToken)
    {
        Require(caller, "share_type:remove_project_access");
        return catalog.WriteAsync(
            async session =>
            {
                await CheckPrivateAsync(session, id);
                if (!await session.ShareTypes.TryRemoveProjectAsync(id, projectId))
                {
                    throw ServiceError.NotFound($"Share type access not found for {id} / {projectId} combination.");
                }
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private static async Task CheckPrivateAsync(ICatalogSession session, string id)
    {
        ShareType type =
            await session.ShareTypes.FindAsync(id)
            ?? throw ServiceError.NotFound($"Share type {id} could not be found.");
        if (type.IsPublic)
        {
            throw ServiceError.Conflict("Type access modification is not applicable to public share type.");
        }
    }

    private static ServiceError NameIsTaken(string name) => ServiceError.Conflict($"Share Type {name} already exists.");
}
