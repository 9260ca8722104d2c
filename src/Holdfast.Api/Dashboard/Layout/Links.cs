using Holdfast.Api.Native.Backups;

namespace Holdfast.Api.Dashboard.Layout;

/// <summary>Addresses of pages.</summary>
internal static class Links
{
    public static string Share(string id) => $"{DashboardRoutes.Base}/shares/{Uri.EscapeDataString(id)}";

    public static string Volume(string id) => $"{DashboardRoutes.Base}/volumes/{Uri.EscapeDataString(id)}";

    public static string Backup(string id) => $"{DashboardRoutes.Base}/backups/{Uri.EscapeDataString(id)}";

    public static string Schedule(string id) => $"{DashboardRoutes.Base}/schedules/{Uri.EscapeDataString(id)}";

    public static string Operation(string id) => $"{DashboardRoutes.Base}/operations/{Uri.EscapeDataString(id)}";

    /// <param name="path">Raw bytes; empty for the share's own directory.</param>
    public static string Files(string backupId, ReadOnlySpan<byte> path) =>
        $"{Backup(backupId)}/files/{EntryPath.Encode(path)}";

    /// <inheritdoc cref="Files"/>
    public static string Restore(string backupId, ReadOnlySpan<byte> path) =>
        $"{Backup(backupId)}/restore/{EntryPath.Encode(path)}";

    /// <summary>Of a volume's backup.</summary>
    public static string RestoreVolume(string backupId) => $"{Backup(backupId)}/restore-volume";

    /// <inheritdoc cref="Files"/>
    public static string History(string shareId, ReadOnlySpan<byte> path) =>
        $"{Share(shareId)}/history/{EntryPath.Encode(path)}";
}
