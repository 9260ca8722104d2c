using Microsoft.Extensions.Logging;

namespace Holdfast.Api;

/// <summary>Every message this floor can log.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Error, "{RequestId}: {Method} {Path} failed unexpectedly")]
    public static partial void RequestFailed(
        this ILogger logger,
        string requestId,
        string method,
        string path,
        Exception error
    );
}
