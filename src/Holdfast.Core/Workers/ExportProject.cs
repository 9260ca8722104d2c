using Holdfast.Core.Model;
using Holdfast.Engine;

namespace Holdfast.Core.Workers;

/// <summary>
/// The operation that a change queues for <see cref="ProjectExporter"/>. Whatever the store has against it, it is tried until
/// it succeeds: what it is to write is in no other place than the catalog.
/// </summary>
public sealed class ExportProject(ProjectExporter exporter) : IOperationHandler
{
    public string Kind => OperationKind.ExportProject;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        try
        {
            await exporter.ExportAsync(claimed.Row.ProjectId, cancellationToken);
        }
        catch (EngineError error) when (!error.Temporary)
        {
            throw new EngineError(error.Kind, temporary: true, error.Message, error.Advice, error)
            {
                PublicMessage = error.PublicMessage,
            };
        }
        await claimed.SucceedAsync((_, _) => Task.CompletedTask, cancellationToken);
    }
}
