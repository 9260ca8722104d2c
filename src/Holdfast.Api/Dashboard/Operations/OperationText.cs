using Holdfast.Api.Dashboard.Layout;
using Holdfast.Core.Model;

namespace Holdfast.Api.Dashboard.Operations;

/// <summary>An operation's figures in words; the script says them in the same ones.</summary>
internal static class OperationText
{
    private const string Unknown = "–";

    /// <summary>Of one that has ended nothing is said any more.</summary>
    public static string Phase(Operation? operation) =>
        operation is { Phase: { } phase, FinishedAt: null } ? Show.Text(phase) : "";

    public static string Done(Operation? operation) =>
        operation is null or { Bytes: 0, Files: 0 }
            ? Unknown
            : $"{Show.Bytes(operation.Bytes)}, {Show.Count(operation.Files, "file", "files")}";

    public static string Rate(Operation? operation) =>
        operation?.Rate is { } rate
            ? $"{Show.Bytes((long)Math.Min(Math.Ceiling(rate), long.MaxValue / 2))}/s"
            : Unknown;

    public static string Remaining(Operation? operation) =>
        operation?.Remaining is { } remaining
            ? Show.Span(TimeSpan.FromSeconds(Math.Ceiling(remaining.TotalSeconds)))
            : Unknown;
}
