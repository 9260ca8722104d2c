using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the database answers, and has a schema that this program can work with.</summary>
internal static class CatalogChecks
{
    private const string Check = "catalog";

    /// <returns>Null where it does not answer.</returns>
    public static async Task<SchemaVersion?> RunAsync(
        Settings settings,
        IServiceProvider services,
        Findings findings,
        CancellationToken stop
    )
    {
        SchemaVersion schema;
        try
        {
            schema = await services.GetRequiredService<ICatalog>().SchemaAsync(stop);
        }
        catch (ServiceError error)
        {
            findings.Mistake(
                Check,
                error,
                settings.Core.Postgres is null
                    ? "docs/operate/disaster.md has what to do with a catalog that cannot be read."
                    : "Check that PostgreSQL runs and may be reached, and the user, password and database in HOLDFAST_CATALOG."
            );
            return null;
        }
        if (schema.Found > schema.Known)
        {
            findings.Mistake(
                Check,
                $"the catalog has schema {schema.Found}, and this program knows schemas up to {schema.Known}",
                "Use the newer program that made it, or put back the copy made before that upgrade."
            );
        }
        else if (schema.Found == 0)
        {
            findings.Ok(Check, "there is none yet; the first start makes it");
        }
        else if (schema.Found < schema.Known)
        {
            findings.Warning(
                Check,
                $"the catalog has schema {schema.Found}; the next start brings it to {schema.Known}",
                "Older programs cannot use it then: copy it first, if you might go back."
            );
        }
        else
        {
            findings.Ok(Check, $"it answers, with schema {schema.Found}");
        }
        return schema;
    }
}
