using Holdfast.Api.Dashboard.Layout;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Overview;

/// <param name="Quotas">What the project may have and has, by Manila's names.</param>
/// <param name="Live">Operations that are queued or running, the newest first.</param>
public sealed record OverviewModel(
    ProtectionOverview Protection,
    IReadOnlyDictionary<string, Quota> Quotas,
    IReadOnlyList<Operation> Live
);

/// <summary>What is protected, and what needs attention.</summary>
internal static class OverviewEndpoints
{
    private const int MostLive = 10;

    public static readonly DashboardRoute[] Routes = [new DashboardRoute("").Get(ShowAsync)];

    private static async Task ShowAsync(DashboardRequest request)
    {
        ProtectionOverview protection = await request
            .Service<ProtectionService>()
            .OverviewAsync(request.Caller, request.Aborted);
        QuotaSet quotas = await request.Service<QuotaService>().LimitsAsync(request.Caller, request.Aborted);
        await request.PageAsync<OverviewPage, OverviewModel>(
            Section.Overview,
            Section.Overview,
            new OverviewModel(protection, quotas.Quotas, await LiveAsync(request))
        );
    }

    private static async Task<IReadOnlyList<Operation>> LiveAsync(DashboardRequest request)
    {
        List<Operation> live = [];
        if (!request.Allows("operation:get_all"))
        {
            return live;
        }
        foreach (string status in (string[])[OperationStatus.Running, OperationStatus.Queued])
        {
            OperationQuery query = new() { Status = status, Limit = MostLive };
            live.AddRange(
                (await request.Service<OperationService>().ListAsync(request.Caller, query, request.Aborted)).Rows
            );
        }
        return [.. live.Take(MostLive)];
    }
}
