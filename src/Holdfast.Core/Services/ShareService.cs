using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Services;

/// <param name="ShareType">Id or name; null is the default type.</param>
public sealed record NewShare(
    string Protocol,
    int Size,
    string? Name,
    string? Description,
    bool IsPublic,
    string? ShareType,
    string? AvailabilityZone,
    IReadOnlyDictionary<string, string> Metadata
);

/// <param name="ExportPath">An absolute directory on the node, or <c>node:/absolute/directory</c>.</param>
public sealed record ManagedShare(
    string Protocol,
    string ExportPath,
    string? Name,
    string? Description,
    bool IsPublic,
    string? ShareType,
    int? Size,
    string? ProjectId
);

public sealed record ShareQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareTypeId { get; init; }
    public bool AllProjects { get; init; }
    public bool IncludePublic { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The small share service that backup clients need.</summary>
public sealed class ShareService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    ShareRoots roots,
    Adoption adoption,
    TimeProvider time,
    WakeSignal wake
)
{
    public async Task<IAsyncEnumerable<Share>> ListAsync(
        Caller caller,
        ShareQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share:get_all");
        RowOrder<Share> order = SortKeys.Shares(query.Page);
        ShareFilter filter = new()
        {
            ProjectId = query.AllProjects && caller.IsAdmin ? null : caller.ProjectId,
            OrPublic = query.IncludePublic,
            Name = query.Name,
            NameLike = query.NameLike,
            DescriptionLike = query.DescriptionLike,
            Status = query.Status,
            ShareTypeId = query.ShareTypeId,
        };
        Share? marker = query.Page.Marker is { Length: > 0 } id ? await FindAsync(caller, id, cancellationToken) : null;
        return await RowStream.OpenAsync(
            order with
            {
                After = marker is null ? null : new RowPlace(order.Column.Value(marker), marker.Id),
            },
            row => row.Id,
            part => catalog.ReadAsync(session => session.Shares.ListAsync(filter, part), cancellationToken)
        );
    }

    public async Task<Share> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:get");
        return await FindAsync(caller, id, cancellationToken) ?? throw ServiceError.NotFound();
    }

    public Task<Share> CreateAsync(Caller caller, NewShare request, CancellationToken cancellationToken)
    {
        Require(caller, "share:create");
        RequirePublic(caller, request.IsPublic);
        string protocol = ShareRules.Protocol(request.Protocol);
        ShareRules.CheckSize(request.Size);
        ShareRules.CheckZone(request.AvailabilityZone, options);
        Texts.CheckNames(request.Name, request.Description);
        return ChangeAsync(
            async session =>
            {
                ShareType type = await TypeAsync(session, caller, request.ShareType);
                ShareRules.CheckSizeOf(type, request.Size);
                await QuotaRules.CheckShareAsync(
                    session,
                    new QuotaOwner(caller.ProjectId, caller.UserId, type.Id),
                    request.Size
                );
                DateTimeOffset now = time.Now();
                string id = Guid.NewGuid().ToString();
                Share share = new()
                {
                    Id = id,
                    ProjectId = caller.ProjectId,
                    UserId = caller.UserId,
                    Name = request.Name,
                    Description = request.Description,
                    Size = request.Size,
                    Status = ShareStatus.Creating,
                    Protocol = protocol,
                    ShareTypeId = type.Id,
                    ShareTypeName = type.Name,
                    IsPublic = request.IsPublic,
                    AvailabilityZone = options.AvailabilityZone,
                    Root = roots.Default,
                    Path = id,
                    Metadata = request.Metadata,
                    CreatedAt = now,
                };
                await session.Shares.AddAsync(share);
                await session.Operations.AddAsync(
                    NewOperation.Of(OperationKind.CreateShare, caller, now) with
                    {
                        ShareId = id,
                        Root = share.Root,
                    }
                );
                return share;
            },
            cancellationToken
        );
    }

    public Task<Share> ManageAsync(Caller caller, ManagedShare request, CancellationToken cancellationToken)
    {
        Require(caller, "share:manage");
        RequirePublic(caller, request.IsPublic);
        string protocol = ShareRules.Protocol(request.Protocol);
        // A directory knows no size; one GiB is the least promise.
        int size = request.Size ?? 1;
        ShareRules.CheckSize(size);
        Texts.CheckNames(request.Name, request.Description);
        ShareRules.CheckProject(request.ProjectId);
        SharePlace place = adoption.Locate(request.ExportPath);
        return ChangeAsync(
            async session =>
            {
                ShareType type = await TypeAsync(session, caller, request.ShareType);
                adoption.CheckApart(place, await session.Shares.PlacesAsync());
                DateTimeOffset now = time.Now();
                Share share = new()
                {
                    Id = Guid.NewGuid().ToString(),
                    ProjectId = request.ProjectId ?? caller.ProjectId,
                    UserId = caller.UserId,
                    Name = request.Name,
                    Description = request.Description,
                    Size = size,
                    Status = ShareStatus.Available,
                    Protocol = protocol,
                    ShareTypeId = type.Id,
                    ShareTypeName = type.Name,
                    IsPublic = request.IsPublic,
                    AvailabilityZone = options.AvailabilityZone,
                    Root = place.Root,
                    Path = place.Path,
                    Adopted = true,
                    Host = options.Node,
                    CreatedAt = now,
                };
                await session.Shares.AddAsync(share);
                await session.ExportLocations.AddAsync(roots.LocationOf(share, options.Node, now));
                await session.QueueExportAsync(share.ProjectId, now);
                return share;
            },
            cancellationToken
        );
    }

    /// <summary>Forgets the share and touches no byte of it.</summary>
    public Task UnmanageAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:unmanage");
        return ChangeAsync(
            async session =>
            {
                Share share = await session.FindShareAsync(caller, id) ?? throw ServiceError.NotFound();
                await ShareRules.CheckUnmanageAsync(session, share);
                await session.Shares.RemoveAsync(id);
                await session.QueueExportAsync(share.ProjectId, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:delete");
        return ChangeAsync(
            async session =>
            {
                Share share = await session.FindShareAsync(caller, id) ?? throw ServiceError.NotFound();
                if (!caller.CanWrite(share))
                {
                    throw ServiceError.Forbidden();
                }
                await ShareRules.CheckDeleteAsync(session, share);
                DateTimeOffset now = time.Now();
                await session.Shares.SetStatusAsync(id, share.Status, ShareStatus.Deleting, now);
                await session.Operations.AddAsync(
                    NewOperation.Of(OperationKind.DeleteShare, caller, now) with
                    {
                        ProjectId = share.ProjectId,
                        ShareId = id,
                        ShareStatus = share.Status,
                        Root = share.Root,
                    }
                );
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Sets the status alone; live operations of the share are cancelled (epoch + 1), their backups released.</summary>
    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken)
    {
        Require(caller, "share:reset_status");
        return ChangeAsync(
            async session =>
            {
                if (await session.FindShareAsync(caller, id) is null)
                {
                    throw ServiceError.NotFound();
                }
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> live = await session.Operations.LiveOfShareAsync(id);
                await OperationEnd.CancelAllAsync(session, live, "An administrator reset the share's status.", now);
                return await session.Shares.SetStatusAsync(id, from: null, status, now);
            },
            cancellationToken
        );
    }

    public async Task<IReadOnlyList<ExportLocation>> ExportLocationsAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_export_location:index");
        return await catalog.ReadAsync(
            async session =>
                await session.FindShareAsync(caller, id) is null
                    ? throw ServiceError.NotFound()
                    : await session.ExportLocations.OfShareAsync(id),
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    // Every project sees a public share, and may back it up.
    private void RequirePublic(Caller caller, bool isPublic)
    {
        if (isPublic)
        {
            Require(caller, "share:create_public_share");
        }
    }

    private Task<Share?> FindAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        catalog.ReadAsync(session => session.FindShareAsync(caller, id), cancellationToken);

    /// <summary>The type that a share is to be of; a caller's own, or the default.</summary>
    private async Task<ShareType> TypeAsync(ICatalogSession session, Caller caller, string? idOrName)
    {
        ShareType type =
            (
                string.IsNullOrEmpty(idOrName)
                    ? await session.ShareTypes.FindDefaultAsync()
                    : await session.FindShareTypeAsync(caller, idOrName)
                        ?? await session.FindShareTypeNamedAsync(caller, idOrName)
            ) ?? throw ServiceError.NotFound("Share type not found.");
        ShareRules.CheckType(type, options);
        return type;
    }

    private async Task<T> ChangeAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
    {
        T result = await catalog.WriteAsync(work, cancellationToken);
        wake.Wake();
        return result;
    }
}
