using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Holdfast.Core.Telemetry;

/// <summary>
/// Writes what is collected in Prometheus' text exposition format 0.0.4. Names begin with <c>holdfast_</c>, are told their
/// unit (<c>_seconds</c>, <c>_bytes</c>) and, of counters, end in <c>_total</c>.
/// </summary>
internal sealed class PrometheusExporter : BaseExporter<Metric>
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Prefix = "holdfast_";

    /// <summary>Of the last collection.</summary>
    public string Text { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        StringBuilder text = new();
        foreach (Metric metric in batch)
        {
            Write(text, metric);
        }
        Text = text.ToString();
        return ExportResult.Success;
    }

    private static void Write(StringBuilder text, Metric metric)
    {
        string? type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            MetricType.LongGauge
            or MetricType.DoubleGauge
            or MetricType.LongSumNonMonotonic
            or MetricType.DoubleSumNonMonotonic => "gauge",
            _ => null,
        };
        if (type is null)
        {
            return;
        }
        string name = Name(metric.Name, metric.Unit, type);
        text.Append($"# HELP {name} {Escape(metric.Description, quoted: false)}\n# TYPE {name} {type}\n");
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            Write(text, name, metric.MetricType, in point);
        }
    }

    private static void Write(StringBuilder text, string name, MetricType type, in MetricPoint point)
    {
        string labels = Labels(point.Tags);
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Line(text, name, labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Line(text, name, labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Line(text, name, labels, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Line(text, name, labels, point.GetGaugeLastValueDouble());
                break;
            default:
                long below = 0;
                foreach (HistogramBucket bucket in point.GetHistogramBuckets())
                {
                    below += bucket.BucketCount;
                    string bound = $"le=\"{Number(bucket.ExplicitBound)}\"";
                    Line(text, name + "_bucket", labels.Length > 0 ? $"{labels},{bound}" : bound, below);
                }
                Line(text, name + "_sum", labels, point.GetHistogramSum());
                Line(text, name + "_count", labels, point.GetHistogramCount());
                break;
        }
    }

    internal static string Name(string name, string unit, string type)
    {
        StringBuilder words = new(name.StartsWith(Prefix, StringComparison.Ordinal) ? "" : Prefix);
        foreach (char letter in name)
        {
            words.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }
        string? suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => null,
        };
        string told = words.ToString();
        if (suffix is not null && !told.EndsWith(suffix, StringComparison.Ordinal))
        {
            told += suffix;
        }
        // The end of a histogram's count, and of nothing else.
        const string count = "_count";
        return type == "counter" ? told + "_total"
            : told.EndsWith(count, StringComparison.Ordinal) ? told[..^count.Length] + "_number"
            : told;
    }

    private static string Labels(ReadOnlyTagCollection tags)
    {
        StringBuilder labels = new();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            labels.Append(labels.Length > 0 ? "," : "");
            foreach (char letter in tag.Key)
            {
                labels.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
            }
            string value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? "";
            labels.Append($"=\"{Escape(value, quoted: true)}\"");
        }
        return labels.ToString();
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text, bool quoted)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        return quoted ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}
