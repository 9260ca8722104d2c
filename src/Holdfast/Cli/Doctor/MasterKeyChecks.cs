using Holdfast.Core.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether the master key is there, for its owner alone, and the catalog's.</summary>
internal static class MasterKeyChecks
{
    private const string Check = "master key";

    /// <param name="hasCatalog">Whether there is a catalog to hold it against.</param>
    public static Task RunAsync(
        IServiceProvider services,
        bool hasCatalog,
        Findings findings,
        CancellationToken stop
    ) =>
        findings.TryAsync(
            Check,
            async () =>
            {
                MasterKey key = services.GetRequiredService<MasterKey>();
                bool found = await key.LookAsync(hasCatalog, stop);
                string place = key.FilePath ?? "the one that HOLDFAST_MASTER_KEY_COMMAND prints";
                findings.Ok(
                    Check,
                    !found ? $"there is none yet; the first start makes {place}"
                        : hasCatalog ? $"{place} is the catalog's"
                        : $"{place} is one; there is no catalog to hold it against"
                );
            },
            "docs/operate/keys.md says how master keys are kept, and docs/operate/disaster.md what to do without."
        );
}
