using Holdfast.Api.Dashboard.Layout;
using Holdfast.Core.Services;

namespace Holdfast.Api.Dashboard.Service;

/// <summary>The service's own parts, for administrators.</summary>
internal static class ServiceEndpoints
{
    public static readonly DashboardRoute[] Routes = [new DashboardRoute("service").Get(ShowAsync)];

    private static async Task ShowAsync(DashboardRequest request) =>
        await request.PageAsync<ServicePage, IReadOnlyList<NodePart>>(
            Section.Service,
            Section.Service,
            await request.Service<NodeService>().ListPartsAsync(request.Caller, request.Aborted)
        );
}
