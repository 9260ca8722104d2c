using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <param name="ShareType">Id or name; null is the default type.</param>
public sealed record NewShare(
    string Protocol,
    int Size,
    string? Name,
    string? Description,
    bool IsPublic,
    string? ShareType,
    string? AvailabilityZone,
    IReadOnlyDictionary<string, string> Metadata
);

/// <param name="ExportPath">An absolute directory on the node, or <c>node:/absolute/directory</c>.</param>
public sealed record ManagedShare(
    string Protocol,
    string ExportPath,
    string? Name,
    string? Description,
    bool IsPublic,
    string? ShareType,
    int? Size,
    string? ProjectId
);

public sealed record ShareQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareTypeId { get; init; }
    public bool AllProjects { get; init; }
    public bool IncludePublic { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The small share service that backup clients need.</summary>
public sealed class ShareService
{
    public Task<IAsyncEnumerable<Share>> ListAsync(
        Caller caller,
        ShareQuery query,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    public Task<Share> GetAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Share> CreateAsync(Caller caller, NewShare request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Share> ManageAsync(Caller caller, ManagedShare request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task UnmanageAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<IReadOnlyList<ExportLocation>> ExportLocationsAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    public Task<IReadOnlyList<ShareType>> ListTypesAsync(Caller caller, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <param name="idOrName">Or <c>default</c>.</param>
    public Task<ShareType> GetTypeAsync(Caller caller, string idOrName, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => throw new NotImplementedException();
}
