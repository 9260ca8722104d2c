using System.Reflection;
using Holdfast.Core.Access;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Holdfast.Core.Telemetry;

/// <summary>Everything that this process measures, when asked for, as Prometheus reads it.</summary>
public sealed class MetricsText : IDisposable
{
    public const string ContentType = PrometheusExporter.ContentType;

    private readonly CatalogFigures figures;
    private readonly PrometheusExporter exporter = new();
    private readonly BaseExportingMetricReader reader;
    private readonly MeterProvider provider;
    private readonly Lock collecting = new();

    public MetricsText(Instruments instruments, CatalogFigures figures, Policy policy)
    {
        this.figures = figures;
        string version = typeof(MetricsText)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion;
        instruments.Meter.CreateObservableGauge(
            "holdfast_build_info",
            () =>
                new System.Diagnostics.Metrics.Measurement<int>(
                    1,
                    new KeyValuePair<string, object?>("version", version)
                ),
            null,
            "The version that runs."
        );
        instruments.Meter.CreateObservableGauge(
            "holdfast_policy_errors",
            () => policy.Problem is null ? 0 : 1,
            null,
            "1 while the policy files are broken, and the rules from before in force."
        );
        reader = new BaseExportingMetricReader(exporter);
        provider = Sdk.CreateMeterProviderBuilder().AddHoldfast(instruments).AddReader(reader).Build();
    }

    public async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        await figures.RefreshAsync(cancellationToken);
        lock (collecting)
        {
            reader.Collect();
            return exporter.Text;
        }
    }

    public void Dispose() => provider.Dispose();
}
