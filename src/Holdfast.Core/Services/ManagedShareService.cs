using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Services;

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

/// <summary>Shares whose directory was there before: taken in, and let go again.</summary>
public sealed class ManagedShareService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    ShareRoots roots,
    Adoption adoption,
    TimeProvider time,
    WakeSignal wake
)
{
    public Task<Share> ManageAsync(Caller caller, ManagedShare request, CancellationToken cancellationToken)
    {
        Require(caller, "share:manage");
        // Every project sees a public share, and may back it up.
        if (request.IsPublic)
        {
            Require(caller, "share:create_public_share");
        }
        string protocol = ShareRules.Protocol(request.Protocol);
        // A directory knows no size; one GiB is the least promise.
        int size = request.Size ?? 1;
        ShareRules.CheckSize(size);
        Texts.CheckNames(request.Name, request.Description);
        ShareRules.CheckProject(request.ProjectId);
        SharePlace place = adoption.Locate(request.ExportPath);
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                ShareType type = await ShareTypeRules.ChooseAsync(session, caller, request.ShareType, options);
                ShareRules.CheckSizeOf(type, size);
                await adoption.CheckApartAsync(session, place);
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
                    ExtraSpecs = type.ExtraSpecs,
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
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Share share = await session.FindOwnShareAsync(caller, id);
                policy.RequireOf(caller, "share:unmanage", share);
                await ShareRules.CheckUnmanageAsync(session, share);
                await session.Shares.RemoveAsync(id);
                await session.QueueExportAsync(share.ProjectId, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);
}
