using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>An operation on a volume or on a volume's backup, as clients of VBS wait for it.</summary>
/// <param name="VolumeName">Null when the volume has none, or is gone.</param>
public sealed record Job(Operation Operation, string? VolumeName);

/// <summary>The use case of VBS's jobs: to look at one. What else the service does is no job.</summary>
public sealed class JobService(ICatalog catalog, Policy policy)
{
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.NotFound"/>: also for another project's.</exception>
    public Task<Job> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        policy.Require(caller, "operation:get");
        return catalog.ReadAsync(
            async session =>
            {
                Operation? operation = await session.Operations.FindAsync(id);
                bool own = caller.IsAdmin || operation?.ProjectId == caller.ProjectId;
                return own && operation?.VolumeId is { } volume
                    ? new Job(operation, (await session.Volumes.FindAsync(volume))?.Name)
                    : throw ServiceError.NotFound($"No job exists with ID {id}.");
            },
            cancellationToken
        );
    }
}
