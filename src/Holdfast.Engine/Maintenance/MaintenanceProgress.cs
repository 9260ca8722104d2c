namespace Holdfast.Engine.Maintenance;

public enum MaintenanceUnit
{
    Objects,
    Bytes,
}

/// <summary>How far one step of a run has come.</summary>
/// <param name="Step">What is being done, in words for people: "reading packs".</param>
/// <param name="Total">0 while it is not known.</param>
public readonly record struct MaintenanceProgress(string Step, MaintenanceUnit Unit, long Done, long Total);
