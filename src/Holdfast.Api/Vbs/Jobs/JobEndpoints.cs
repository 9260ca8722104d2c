using Holdfast.Core;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.Jobs;

/// <summary>Jobs: the operations on volumes and their backups, as long as operations are remembered.</summary>
internal static class JobEndpoints
{
    public static readonly VbsRoute[] Routes =
    [
        new VbsRoute($"{VbsRoute.V1}/jobs/{{id}}", VbsErrors.Coded).Get(ShowAsync),
    ];

    private static async Task ShowAsync(VbsRequest request)
    {
        Job job = await FindAsync(request);
        await request.ReplyAsync(StatusCodes.Status200OK, writer => JobView.Write(writer, job));
    }

    private static async Task<Job> FindAsync(VbsRequest request)
    {
        try
        {
            return await request.Service<JobService>().GetAsync(request.Caller, request.Id, request.Aborted);
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.NotFound)
        {
            throw new VbsError(StatusCodes.Status404NotFound, "common.0011", "query job fail");
        }
    }
}
