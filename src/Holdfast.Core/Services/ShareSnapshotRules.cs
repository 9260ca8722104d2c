using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What must hold before a share snapshot may be made or removed, in Manila's order and words.</summary>
internal static class ShareSnapshotRules
{
    private static readonly string[] Deletable =
    [
        ShareSnapshotStatus.Available,
        ShareSnapshotStatus.Error,
        ShareSnapshotStatus.ErrorDeleting,
    ];

    public static void CheckSupport(Share share)
    {
        if (!share.ExtraSpecs.IsTrue(ExtraSpec.SnapshotSupport))
        {
            throw new ServiceError(
                ServiceErrorKind.Unprocessable,
                $"Snapshots cannot be created for share '{share.Id}' since it does not have that capability."
            );
        }
    }

    public static void CheckCreate(Share share)
    {
        if (share.ScheduledToBeDeletedAt is not null)
        {
            throw ServiceError.Forbidden(
                $"Snapshots cannot be created for share '{share.Id}' since it has been soft deleted."
            );
        }
        if (share.Status != ShareStatus.Available)
        {
            throw ServiceError.Invalid("Invalid share: Source share status must be available.");
        }
        if (ShareRules.WhatItIsBusyWith(share) is { } busy)
        {
            throw ServiceError.Invalid(busy);
        }
    }

    /// <param name="live">Its operations that have not ended.</param>
    public static void CheckDelete(ShareSnapshot snapshot, IReadOnlyList<Operation> live)
    {
        if (!Deletable.Contains(snapshot.Status))
        {
            throw ServiceError.Invalid(
                $"Invalid share snapshot: Share Snapshot status must be one of {string.Join(", ", Deletable)}."
            );
        }
        if (live.FirstOrDefault(operation => operation.Kind == OperationKind.CreateShare) is { } reading)
        {
            throw ServiceError.Invalid($"Invalid share snapshot: share {reading.ShareId} is being made of it.");
        }
    }
}
