using Holdfast.Core.Model;
using Holdfast.Engine.Maintenance;

namespace Holdfast.Core.Workers;

/// <summary>What maintenance told last, for the heartbeat.</summary>
internal sealed class LatestStep : IProgress<MaintenanceProgress>
{
    private readonly Lock gate = new();
    private MaintenanceProgress latest;

    public void Report(MaintenanceProgress value)
    {
        lock (gate)
        {
            latest = value;
        }
    }

    public OperationProgress Read()
    {
        lock (gate)
        {
            return new OperationProgress(latest.Done, latest.Total, latest.Step);
        }
    }
}
