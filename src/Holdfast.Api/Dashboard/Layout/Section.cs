namespace Holdfast.Api.Dashboard.Layout;

/// <summary>Places of the navigation, as it names them.</summary>
internal static class Section
{
    public const string Overview = "Overview";
    public const string Shares = "Shares";
    public const string Volumes = "Volumes";
    public const string Schedules = "Schedules";
    public const string Operations = "Operations";
    public const string Sharings = "Shared backups";
    public const string Audit = "Audit trail";
    public const string Service = "Service";
}
