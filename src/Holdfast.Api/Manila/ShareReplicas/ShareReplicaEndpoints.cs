using Holdfast.Core.Access;

namespace Holdfast.Api.Manila.ShareReplicas;

/// <summary>There are no replicas; clients ask for them before they delete a share.</summary>
internal static class ShareReplicaEndpoints
{
    private static readonly Microversion Since = new(2, 11);
    private static readonly Microversion Graduated = new(2, 56);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("share-replicas", Since).OnGraduated("GET", ListAsync, Graduated),
        new ManilaResource("share-replicas/detail", Since).OnGraduated("GET", ListAsync, Graduated),
        new ManilaResource("share-replicas/{id}", Since).OnGraduated("GET", ShowAsync, Graduated),
    ];

    private static Task ListAsync(ManilaRequest request)
    {
        request.Service<Policy>().Require(request.Caller, "share_replica:get_all");
        _ = request.Query.Page();
        return request.ReplyAsync(
            200,
            "share_replicas",
            true,
            static (writer, _, _) =>
            {
                writer.WriteStartArray();
                writer.WriteEndArray();
            }
        );
    }

    private static Task ShowAsync(ManilaRequest request)
    {
        request.Service<Policy>().Require(request.Caller, "share_replica:show");
        throw new Fault(404, $"Replica {request.Id} not found.");
    }
}
