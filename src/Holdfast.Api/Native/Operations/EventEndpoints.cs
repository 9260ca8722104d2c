using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Core.Services;

namespace Holdfast.Api.Native.Operations;

/// <summary>Server-sent events: what becomes of the project's operations, for as long as whoever asks stays.</summary>
internal static class EventEndpoints
{
    public static readonly NativeRoute[] Routes = [new NativeRoute("events").Get(WatchAsync)];

    public static async Task WatchAsync(NativeRequest request)
    {
        OperationService operations = request.Service<OperationService>();
        operations.Require(request.Caller, "operation:get_all");
        bool allProjects = request.Flag("all_projects");
        using IDisposable place = request.Service<DownloadLimit>().BeginWatch(request.Caller.ProjectId);
        await request.ReplyEventsAsync(
            "operation",
            stop => operations.WatchAsync(request.Caller, allProjects, stop),
            OperationView.Write
        );
    }
}
