using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Holdfast.Core.Telemetry;

public static class TelemetryRegistration
{
    /// <summary>Counts, times and gauges, and their text; the catalog, the policy and a clock are others' to add.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services) =>
        services.AddSingleton<Instruments>().AddSingleton<CatalogFigures>().AddSingleton<MetricsText>();

    /// <summary>Our meters with this scope, and the runtime's own.</summary>
    public static MeterProviderBuilder AddHoldfast(this MeterProviderBuilder builder, Instruments instruments) =>
        builder
            .AddMeter(Instruments.MeterName, Instruments.MeterName + ".*", "System.Runtime")
            .AddView(instrument =>
                instrument.Meter.Scope is { } scope && !ReferenceEquals(scope, instruments)
                    ? MetricStreamConfiguration.Drop
                    : null
            );
}
