using Holdfast.Core.Access;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>A create request. Texts are already text; lengths and meaning are checked by the service.</summary>
/// <param name="Options">backup_options as JSON text when it is a non-empty object, else null.</param>
/// <param name="BackupType">backup_options.backup_type as text, or null.</param>
public sealed record NewBackup(string ShareId, string? Name, string? Description, string? Options, string? BackupType);

/// <summary>Which fields to change; a change to null clears.</summary>
public sealed record BackupChange(bool SetName, string? Name, bool SetDescription, string? Description);

/// <summary>Filters of the list, all exact but the <c>Like</c> ones; null does not filter.</summary>
public sealed record BackupQuery
{
    public string? Name { get; init; }
    public string? NameLike { get; init; }
    public string? Description { get; init; }
    public string? DescriptionLike { get; init; }
    public string? Status { get; init; }
    public string? ShareId { get; init; }
    public string? Topic { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public string? Host { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public string? Id { get; init; }

    /// <summary>Administrators only; dropped for others.</summary>
    public bool AllProjects { get; init; }
    public Page Page { get; init; } = new();
}

/// <summary>The use cases of share backups. First permission, then state, then one transaction that changes the row and queues the operation.</summary>
public sealed class BackupService
{
    /// <summary>The rows, streamed; errors of the query are thrown before the first row.</summary>
    public Task<IAsyncEnumerable<Backup>> ListAsync(
        Caller caller,
        BackupQuery query,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    public Task<Backup> GetAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Backup> CreateAsync(Caller caller, NewBackup request, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public Task<Backup> UpdateAsync(
        Caller caller,
        string id,
        BackupChange change,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <param name="targetShareId">Null: the share it was taken of. Below microversion 2.91 the endpoint passes
    /// <paramref name="sourceOnly"/>, and a target other than the source is 400.</param>
    /// <returns>The id of the share that is being overwritten.</returns>
    public Task<string> RestoreAsync(
        Caller caller,
        string id,
        string? targetShareId,
        bool sourceOnly,
        CancellationToken cancellationToken
    ) => throw new NotImplementedException();

    /// <summary>Sets the status alone; a live operation of the backup is cancelled (epoch + 1) and its share released.</summary>
    /// <param name="status">Already one of the accepted words.</param>
    public Task ResetStatusAsync(Caller caller, string id, string status, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Permission alone, for the endpoints that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => throw new NotImplementedException();
}
