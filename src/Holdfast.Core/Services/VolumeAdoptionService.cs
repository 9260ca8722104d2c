using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Sources;

namespace Holdfast.Core.Services;

/// <param name="Path">An absolute path on this node.</param>
/// <param name="ProjectId">Whose volume it is to be.</param>
public sealed record RegisteredVolume(string Path, string ProjectId, string? Name, string? Description);

/// <summary>Volumes whose image or device was there before: taken in, and let go again.</summary>
public sealed class VolumeAdoptionService(
    ICatalog catalog,
    Policy policy,
    CoreOptions options,
    VolumeAdoption adoption,
    TimeProvider time,
    WakeSignal wake
)
{
    /// <summary>Also takes the size of a device that is registered already and was resized since.</summary>
    public async Task<Volume> RegisterAsync(
        Caller caller,
        RegisteredVolume request,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "volume:register");
        Texts.CheckNames(request.Name, request.Description);
        ShareRules.CheckProject(request.ProjectId);
        FoundImage found = adoption.Locate(request.Path);
        // The disk is looked at out of the transaction: one that hangs must not hold the catalog.
        IReadOnlyList<Volume> others = await catalog.ReadAsync(adoption.VolumesHereAsync, cancellationToken);
        if (others.FirstOrDefault(one => IsResized(one, request, found)) is { } known)
        {
            return await ResizeAsync(known, found.Bytes, cancellationToken);
        }
        adoption.CheckOther(found, others);
        return await catalog.ChangeAsync(
            wake,
            async session =>
            {
                await adoption.CheckApartAsync(session, found, others);
                Volume volume = NewRow(caller, request, found);
                await session.Volumes.AddAsync(volume);
                await session.QueueExportAsync(volume.ProjectId, volume.CreatedAt);
                return volume;
            },
            cancellationToken
        );
    }

    /// <summary>Forgets the volume and touches no byte of it.</summary>
    public Task UnregisterAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "volume:unregister");
        return catalog.ChangeAsync(
            wake,
            async session =>
            {
                Volume volume = await session.FindVolumeAsync(caller, id);
                await VolumeRules.CheckUnregisterAsync(session, volume);
                await session.Volumes.RemoveAsync(id);
                await session.QueueExportAsync(volume.ProjectId, time.Now());
                return true;
            },
            cancellationToken
        );
    }

    /// <summary>A device that is registered again, by the same path and for the same project, as it has another size by now.</summary>
    private static bool IsResized(Volume volume, RegisteredVolume request, FoundImage found) =>
        volume is { Kind: VolumeKind.Block, Adopted: true }
        && found.Kind == VolumeKind.Block
        && (volume.Root, volume.Path, volume.ProjectId) == (found.Root, found.Path, request.ProjectId)
        && volume.Bytes != found.Bytes;

    private Task<Volume> ResizeAsync(Volume known, long bytes, CancellationToken cancellationToken) =>
        catalog.ChangeAsync(
            wake,
            async session =>
            {
                await session.Volumes.SetAdoptedBytesAsync(known.Id, bytes);
                await session.QueueExportAsync(known.ProjectId, time.Now());
                return known with { Bytes = bytes, Size = Volume.Gibibytes(bytes) };
            },
            cancellationToken
        );

    /// <summary>Permission alone, for the endpoints that must refuse before they read the rest of the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    private Volume NewRow(Caller caller, RegisteredVolume request, FoundImage found) =>
        new()
        {
            Id = Guid.NewGuid().ToString(),
            ProjectId = request.ProjectId,
            UserId = caller.UserId,
            Name = request.Name,
            Description = request.Description,
            Size = Volume.Gibibytes(found.Bytes),
            Bytes = found.Bytes,
            Status = VolumeStatus.Available,
            Kind = found.Kind,
            AvailabilityZone = options.AvailabilityZone,
            Root = found.Root,
            Path = found.Path,
            Adopted = true,
            Host = options.Node,
            CreatedAt = time.Now(),
        };
}
