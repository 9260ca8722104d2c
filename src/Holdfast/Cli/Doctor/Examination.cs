using Holdfast.Core.Catalog;
using Holdfast.Hosting;
using Holdfast.Objects.Decorators;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>All looks at an installation whose settings make sense. None makes, changes or keeps anything.</summary>
internal static class Examination
{
    // Whoever asks a doctor waits for the answer.
    private static readonly RetryOptions Patience = new() { Tries = 2, FirstDelay = TimeSpan.FromMilliseconds(100) };

    public static async Task RunAsync(Settings settings, Findings findings, CancellationToken stop)
    {
        await ListenChecks.RunAsync(settings, findings, stop);
        await TlsChecks.RunAsync(settings, findings);
        DataDirectoryChecks.Run(settings, findings);
        await using ServiceProvider services = ServiceHost.OpenBeside(settings, Patience);
        SchemaVersion? schema = await CatalogChecks.RunAsync(settings, services, findings, stop);
        await ClockChecks.RunAsync(settings, services, catalogAnswers: schema is not null, findings, stop);
        bool hasCatalog = schema is { Found: > 0 } && schema.Found <= schema.Known;
        await MasterKeyChecks.RunAsync(services, hasCatalog, findings, stop);
        await StoreChecks.RunAsync(settings, services, schema, findings, stop);
        await RootChecks.RunAsync(services, hasCatalog, findings, stop);
        await IdentityChecks.RunAsync(settings, services, findings, stop);
        PolicyChecks.Run(settings, findings);
    }
}
