using Microsoft.Extensions.Logging;

namespace Holdfast;

/// <summary>Every message of the roof itself.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Serving at {Url} as node {Node}: {Roles}")]
    public static partial void Serving(this ILogger logger, string url, string node, string roles);

    [LoggerMessage(2, LogLevel.Information, "Stopping")]
    public static partial void Stopping(this ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "The store does not answer: {Reason}")]
    public static partial void StoreFailed(this ILogger logger, string reason);
}
