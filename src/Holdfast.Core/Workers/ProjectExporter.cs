using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;

namespace Holdfast.Core.Workers;

/// <summary>
/// Writes what only the catalog knows of a project to the store. The number is taken before the rows are read, so that a
/// higher number never holds older rows.
/// </summary>
public sealed class ProjectExporter(ICatalog catalog, ExportStore exports, ExportsAhead ahead, TimeProvider time)
{
    /// <summary>Does nothing for a project that has no repository.</summary>
    public async Task ExportAsync(string project, CancellationToken cancellationToken)
    {
        (long sequence, long kept) = await ahead.NextAsync(project, cancellationToken);
        ProjectExport? export = await catalog.ReadAsync(
            session => ProjectExport.ReadAsync(session, project, sequence, time.Now()),
            cancellationToken
        );
        if (export is not null)
        {
            await exports.WriteAsync(export, kept, cancellationToken);
        }
    }
}
