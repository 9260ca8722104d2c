using Microsoft.Extensions.Logging;

namespace Holdfast.Api;

/// <summary>Every message this floor can log.</summary>
internal static partial class Log
{
    private static readonly Func<ILogger, string, IDisposable?> Request = LoggerMessage.DefineScope<string>(
        "request {RequestId}"
    );

    /// <summary>What is logged until the end of it is of this request.</summary>
    public static IDisposable? RequestScope(ILogger logger, string request) => Request(logger, request);

    [LoggerMessage(2001, LogLevel.Error, "{RequestId}: {Method} {Path} failed unexpectedly")]
    public static partial void RequestFailed(
        this ILogger logger,
        string requestId,
        string method,
        string path,
        Exception error
    );
}
