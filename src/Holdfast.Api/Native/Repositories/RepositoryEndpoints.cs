using Holdfast.Api.Native.Operations;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Repositories;

/// <summary>Repositories: each project has one from its first backup on, and is its name here.</summary>
internal static class RepositoryEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("repositories").Get(ListAsync),
        new NativeRoute("repositories/{id}/verify").Post(VerifyAsync),
    ];

    /// <summary>As many as there are: an administrator's list has one for each project.</summary>
    private static async Task ListAsync(NativeRequest request)
    {
        ProofService proofs = request.Service<ProofService>();
        proofs.Require(request.Caller, "repository:get_all");
        IReadOnlyList<ProjectRepository> list = await proofs.RepositoriesAsync(
            request.Caller,
            request.Flag("all_projects"),
            request.Aborted
        );
        await request.ReplyListAsync("repositories", list, next: null, RepositoryView.Write);
    }

    /// <summary>202 with the operation. A body says nothing here and is not read.</summary>
    private static async Task VerifyAsync(NativeRequest request)
    {
        Operation operation = await request
            .Service<ProofService>()
            .VerifyAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, operation, OperationView.Write);
    }
}
