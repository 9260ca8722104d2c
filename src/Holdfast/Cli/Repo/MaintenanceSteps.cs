using Holdfast.Engine.Maintenance;

namespace Holdfast.Cli.Repo;

/// <summary>The engine's progress, as a bar shows it.</summary>
internal static class MaintenanceSteps
{
    public static IProgress<MaintenanceProgress>? To(IProgress<Step>? display) =>
        display is null ? null : new Adapter(display);

    private sealed class Adapter(IProgress<Step> display) : IProgress<MaintenanceProgress>
    {
        public void Report(MaintenanceProgress value) =>
            display.Report(new Step(value.Step, value.Done, value.Total, value.Unit == MaintenanceUnit.Bytes));
    }
}
