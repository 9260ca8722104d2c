using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Services;

/// <param name="Size">GiB; null is the snapshot's.</param>
/// <param name="ShareType">Id or name; null is the snapshot's share's, or the default type.</param>
public sealed record NewShare(
    string Protocol,
    int? Size,
    string? Name,
    string? Description,
    bool IsPublic,
    string? ShareType,
    string? AvailabilityZone,
    IReadOnlyDictionary<string, string> Metadata
)
{
    /// <summary>The share snapshot that it is to begin as; null begins empty.</summary>
    public string? SnapshotId { get; init; }
}

/// <summary>Which fields to change; a change to null clears.</summary>
public sealed record ShareChange(bool SetName, string? Name, bool SetDescription, string? Description, bool? IsPublic);

/// <summary>Null does not filter.</summary>
public sealed record ShareQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareTypeId { get; init; }

    /// <summary>What the shares were made of.</summary>
    public string? SnapshotId { get; init; }
    public string? AvailabilityZone { get; init; }
    public string? ExportLocationId { get; init; }
    public string? ExportLocationPath { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Of the share's type; whoever may see those.</summary>
    public IReadOnlyDictionary<string, string>? ExtraSpecs { get; init; }

    /// <summary>For whoever may see hosts.</summary>
    public string? Host { get; init; }

    /// <summary>With <see cref="AllProjects"/>: that project alone.</summary>
    public string? ProjectId { get; init; }

    /// <summary>For whoever may list every project's; dropped for others.</summary>
    public bool AllProjects { get; init; }
    public bool IncludePublic { get; init; }

    /// <summary>What lies in the recycle bin, instead of what does not.</summary>
    public bool InBin { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The small share service that backup clients need.</summary>
public sealed class ShareService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    ShareRoots roots,
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
        ShareFilter filter = Filter(caller, query);
        RowOrder<Share> order = SortKeys.Shares(query.Page);
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

    /// <summary>How many rows the whole list has.</summary>
    public Task<long> CountAsync(Caller caller, ShareQuery query, CancellationToken cancellationToken)
    {
        Require(caller, "share:get_all");
        ShareFilter filter = Filter(caller, query);
        return catalog.ReadAsync(session => session.Shares.CountAsync(filter), cancellationToken);
    }

    public async Task<Share> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:get");
        return await FindAsync(caller, id, cancellationToken) ?? throw ServiceError.NotFound();
    }

    public Task<Share> CreateAsync(Caller caller, NewShare request, CancellationToken cancellationToken)
    {
        Require(caller, "share:create");
        // Every project sees a public share, and may back it up.
        if (request.IsPublic)
        {
            Require(caller, "share:create_public_share");
        }
        string protocol = ShareRules.Protocol(request.Protocol);
        if (request.SnapshotId is null || request.Size is not null)
        {
            ShareRules.CheckSize(request.Size);
        }
        ShareRules.CheckZone(request.AvailabilityZone, options);
        Texts.CheckNames(request.Name, request.Description);
        MetadataRules.Check(request.Metadata);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                ShareSource? source = request.SnapshotId is { } snapshot
                    ? await ShareSource.FindAsync(session, caller, snapshot)
                    : null;
                ShareType type = await ShareTypeRules.ChooseAsync(
                    session,
                    caller,
                    string.IsNullOrEmpty(request.ShareType) ? source?.Share.ShareTypeId : request.ShareType,
                    options
                );
                int size = request.Size ?? source!.Snapshot.Size;
                source?.Check(type, size);
                ShareRules.CheckSizeOf(type, size);
                await QuotaRules.CheckShareAsync(
                    session,
                    new QuotaOwner(caller.ProjectId, caller.UserId, type.Id),
                    size
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
                    Size = size,
                    Status = ShareStatus.Creating,
                    Protocol = protocol,
                    ShareTypeId = type.Id,
                    ShareTypeName = type.Name,
                    ExtraSpecs = type.ExtraSpecs,
                    IsPublic = request.IsPublic,
                    AvailabilityZone = options.AvailabilityZone,
                    // Where blocks can be shared.
                    Root = source?.Snapshot.Root ?? roots.Default,
                    Path = id,
                    SnapshotId = source?.Snapshot.Id,
                    Metadata = request.Metadata,
                    CreatedAt = now,
                };
                await session.Shares.AddAsync(share);
                await session.Operations.AddAsync(
                    NewOperation.Of(OperationKind.CreateShare, caller, now) with
                    {
                        ShareId = id,
                        SnapshotId = share.SnapshotId,
                        Root = share.Root,
                    }
                );
                return share;
            },
            cancellationToken
        );
    }

    public Task<Share> UpdateAsync(Caller caller, string id, ShareChange change, CancellationToken cancellationToken)
    {
        Require(caller, "share:update");
        // Also of a share that is public, as in Manila.
        if (change.IsPublic == true && !policy.Allows(caller, "share:set_public_share"))
        {
            throw ServiceError.Forbidden("User is not authorized to set 'is_public' to True in the request.");
        }
        Texts.CheckNames(change.Name, change.Description);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                ShareRules.CheckNotInBin(share, $"Share '{id}' cannot be updated,");
                Share changed = share with
                {
                    Name = change.SetName ? change.Name : share.Name,
                    Description = change.SetDescription ? change.Description : share.Description,
                    IsPublic = change.IsPublic ?? share.IsPublic,
                    UpdatedAt = time.Now(),
                };
                await session.Shares.SetTextsAsync(changed);
                await session.QueueExportAsync(share.ProjectId, time.Now());
                return changed;
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                await ShareRules.CheckDeleteAsync(session, share);
                await session.QueueDeleteAsync(share, caller, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Deletes it whatever its status is; live operations of the share are cancelled (epoch + 1).</summary>
    public Task ForceDeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "share:force_delete");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id, $"Share {id} could not be found.");
                policy.RequireOf(caller, "share:force_delete", share);
                await ShareRules.CheckForceDeleteAsync(session, share);
                DateTimeOffset now = time.Now();
                IReadOnlyList<Operation> live = await session.Operations.LiveOfShareAsync(id);
                await OperationEnd.CancelAllAsync(session, live, "An administrator deleted the share by force.", now);
                await session.QueueDeleteAsync(share, caller, now);
                return true;
            },
            cancellationToken
        );
    }

    public Task<IReadOnlyList<ExportLocation>> ExportLocationsAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_export_location:index");
        return LocationsAsync(caller, id, cancellationToken);
    }

    public async Task<ExportLocation> ExportLocationAsync(
        Caller caller,
        string id,
        string locationId,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "share_export_location:show");
        IReadOnlyList<ExportLocation> locations = await LocationsAsync(caller, id, cancellationToken);
        return locations.FirstOrDefault(location => location.Id == locationId)
            ?? throw ServiceError.NotFound($"Export location '{locationId}' not found.");
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private ShareFilter Filter(Caller caller, ShareQuery query)
    {
        if (query.Host is not null)
        {
            Require(caller, "share:list_by_host");
        }
        if (query.ExtraSpecs is not null)
        {
            Require(caller, "share_types_extra_spec:index");
        }
        bool all = query.AllProjects && policy.Allows(caller, "share:list_all_projects");
        return new ShareFilter
        {
            ProjectId = all ? query.ProjectId : caller.ProjectId,
            OrPublic = query.IncludePublic,
            Name = query.Name,
            NameLike = query.NameLike,
            Description = query.Description,
            DescriptionLike = query.DescriptionLike,
            Status = query.Status,
            ShareTypeId = query.ShareTypeId,
            SnapshotId = query.SnapshotId,
            Host = query.Host,
            AvailabilityZone = query.AvailabilityZone,
            ExportLocationId = query.ExportLocationId,
            ExportLocationPath = query.ExportLocationPath,
            Metadata = query.Metadata,
            ExtraSpecs = query.ExtraSpecs,
            InBin = query.InBin,
        };
    }

    private Task<IReadOnlyList<ExportLocation>> LocationsAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    ) =>
        catalog.ReadAsync(
            async session =>
                await session.FindShareAsync(caller, id) is null
                    ? throw ServiceError.NotFound()
                    : await session.ExportLocations.OfShareAsync(id),
            cancellationToken
        );

    private Task<Share?> FindAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        catalog.ReadAsync(session => session.FindShareAsync(caller, id), cancellationToken);
}
