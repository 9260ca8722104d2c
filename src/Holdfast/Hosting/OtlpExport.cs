using Holdfast.Core.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Holdfast.Hosting;

/// <summary>
/// Metrics and traces sent by OTLP, as OpenTelemetry's own environment variables say; nothing is sent unless one of them
/// names an endpoint.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // Made by the server itself, one for each request.
    private const string Requests = "Microsoft.AspNetCore";

    private readonly MeterProvider? meters;
    private readonly TracerProvider? tracers;

    private OtlpExport(Instruments instruments, string node)
    {
        if (IsSet(Endpoint) || IsSet("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"))
        {
            meters = Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(Resource(node))
                .AddHoldfast(instruments)
                .AddOtlpExporter()
                .Build();
        }
        if (IsSet(Endpoint) || IsSet("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        {
            tracers = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(Resource(node))
                .AddSource(Requests, Instruments.ActivityName)
                .AddOtlpExporter()
                .Build();
        }
    }

    /// <summary>Whether the figures of the catalog must be kept fresh, because nobody asks for them.</summary>
    public bool SendsMetrics => meters is not null;

    public static OtlpExport Start(Instruments instruments, string node) => new(instruments, node);

    /// <summary>Sends what is left, for some seconds at most.</summary>
    public void Dispose()
    {
        meters?.Dispose();
        tracers?.Dispose();
    }

    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last: they win.
    private static ResourceBuilder Resource(string node) =>
        ResourceBuilder
            .CreateEmpty()
            .AddTelemetrySdk()
            .AddService(
                "holdfast",
                serviceVersion: typeof(OtlpExport).Assembly.GetName().Version!.ToString(3),
                serviceInstanceId: node
            )
            .AddEnvironmentVariableDetector();

    private static bool IsSet(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));
}
