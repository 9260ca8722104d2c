using Holdfast.Core.Model;

namespace Holdfast.Core.Workers;

/// <summary>The operation that a change queues for <see cref="ProjectExporter"/>.</summary>
public sealed class ExportProject(ProjectExporter exporter) : IOperationHandler
{
    public string Kind => OperationKind.ExportProject;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        await exporter.ExportAsync(claimed.Row.ProjectId, cancellationToken);
        await claimed.SucceedAsync((_, _) => Task.CompletedTask, cancellationToken);
    }
}
