namespace Holdfast.Core.Model;

/// <summary>How urgent the kinds of operation are; the higher is claimed first.</summary>
public static class OperationPriority
{
    /// <summary>People wait for a restore.</summary>
    public const int Restore = 40;

    /// <summary>Exports keep the promise that the store alone gives everything back.</summary>
    public const int Export = 30;
    public const int Short = 20;

    /// <summary>A snapshot may be a copy of the whole share, so that it has the place of a backup.</summary>
    public const int Backup = 10;

    /// <summary>Maintenance waits for everybody, but in the lane that each node keeps for it.</summary>
    public const int Upkeep = 0;

    public static int Of(string kind) =>
        kind switch
        {
            OperationKind.RestoreBackup or OperationKind.RestoreFiles or OperationKind.RestoreVolumeBackup => Restore,
            OperationKind.ExportProject => Export,
            OperationKind.CreateShare
            or OperationKind.DeleteShare
            or OperationKind.CreateVolume
            or OperationKind.DeleteVolume
            or OperationKind.DeleteSnapshot
            or OperationKind.DeleteBackup => Short,
            OperationKind.CreateBackup or OperationKind.CreateVolumeBackup or OperationKind.CreateSnapshot => Backup,
            _ => Upkeep,
        };
}
