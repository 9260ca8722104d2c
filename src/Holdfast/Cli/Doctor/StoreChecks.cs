using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the store takes, gives and removes objects, and is the one that the catalog speaks of.</summary>
internal static class StoreChecks
{
    private const string Check = "store";

    /// <param name="schema">Null where the catalog does not answer.</param>
    public static async Task RunAsync(
        Settings settings,
        IServiceProvider services,
        SchemaVersion? schema,
        Findings findings,
        CancellationToken stop
    )
    {
        if (settings.StoreDirectory is { } directory && !Directory.Exists(directory))
        {
            if (!await findings.TryAsync(Check, () => LookAboveAsync(directory, findings)))
            {
                return;
            }
        }
        else
        {
            Repositories repositories = services.GetRequiredService<Repositories>();
            if (!await findings.TryAsync(Check, () => repositories.ProveAsync(stop)))
            {
                return;
            }
            findings.Ok(Check, $"{Place(settings)} takes, gives and removes objects");
            if (settings.StoreDirectory is { } local)
            {
                DiskSpace.Look(Check, local, findings);
            }
        }
        if (schema is not null && schema.Found <= schema.Known)
        {
            await findings.TryAsync(Check, () => CompareAsync(settings, services, schema.Found > 0, findings, stop));
        }
    }

    private static string Place(Settings settings) =>
        settings.S3Store is { } s3
            ? $"{s3.Endpoint}{s3.Bucket}{(s3.Prefix.Length == 0 ? "" : "/")}{s3.Prefix}"
            : settings.StoreDirectory!;

    private static Task LookAboveAsync(string directory, Findings findings)
    {
        string above = DiskSpace.Existing(directory);
        using DirectoryHandle handle = DirectoryHandle.Open(above);
        if (handle.IsWritable)
        {
            findings.Ok(Check, $"{directory} is not there yet; it is made with the first object");
        }
        else
        {
            findings.Mistake(
                Check,
                $"{directory} is not there, and {Environment.UserName} may not make it in {above}",
                "Mount it, make it for the service's user, or set HOLDFAST_STORE."
            );
        }
        return Task.CompletedTask;
    }

    /// <summary>A catalog beside another store than its own, or a store beside another catalog.</summary>
    private static async Task CompareAsync(
        Settings settings,
        IServiceProvider services,
        bool hasCatalog,
        Findings findings,
        CancellationToken stop
    )
    {
        IReadOnlyList<ProjectRepository> known = hasCatalog
            ? await services.GetRequiredService<ICatalog>().ReadAsync(session => session.Repositories.ListAsync(), stop)
            : [];
        if (known.Count == 0)
        {
            IReadOnlyList<string> stored = await services.GetRequiredService<Keyring>().ProjectsAsync(stop);
            if (stored.Count > 0)
            {
                findings.Mistake(
                    Check,
                    $"{Place(settings)} has the keys of {stored.Count} projects, and the catalog knows no repository",
                    "If the catalog is lost: holdfast catalog rebuild. If this is another installation's store: set HOLDFAST_STORE."
                );
            }
            return;
        }
        await services.GetRequiredService<ProjectRepositories>().RequireTheStoreAsync(stop);
    }
}
