using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;

namespace Holdfast.Core.Workers;

/// <summary>
/// Writes what only the catalog knows of a project to the store. The number is taken before the rows are read, so that a
/// higher number never holds older rows.
/// </summary>
public sealed class ExportProject(ICatalog catalog, ExportStore exports, ExportsAhead ahead, TimeProvider time)
    : IOperationHandler
{
    public string Kind => OperationKind.ExportProject;

    public async Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken)
    {
        string project = claimed.Row.ProjectId;
        (long sequence, long kept) = await ahead.NextAsync(project, cancellationToken);
        ProjectExport? export = await catalog.ReadAsync(
            session => ProjectExport.ReadAsync(session, project, sequence, time.Now()),
            cancellationToken
        );
        if (export is not null)
        {
            await exports.WriteAsync(export, kept, cancellationToken);
        }
        await claimed.SucceedAsync((_, _) => Task.CompletedTask, cancellationToken);
    }
}
