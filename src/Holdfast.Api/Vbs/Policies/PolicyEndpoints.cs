using Holdfast.Api.Manila;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Vbs.Policies;

/// <summary>Backup policies, which VBS has and this service does not: 501, so that a client is told so.</summary>
internal static class PolicyEndpoints
{
    public static readonly VbsRoute[] Routes =
    [
        Unserved($"{VbsRoute.V2}/backuppolicy/{{**rest}}"),
        Unserved($"{VbsRoute.V2}/backuppolicyresources/{{**rest}}"),
    ];

    private static VbsRoute Unserved(string path) =>
        new VbsRoute(path, VbsErrors.Coded).Get(RefuseAsync).Post(RefuseAsync).Put(RefuseAsync).Delete(RefuseAsync);

    private static Task RefuseAsync(VbsRequest request) =>
        throw new Fault(StatusCodes.Status501NotImplemented, "Backup policies are not served here.");
}
