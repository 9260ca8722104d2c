using Holdfast.Core.Model;
using Holdfast.Engine;

namespace Holdfast.Core.Reading;

/// <summary>A project's repository, for a look into several of its backups. Safe for many threads.</summary>
public sealed class OpenProject : IAsyncDisposable
{
    private readonly Repository repository;
    private readonly Func<Backup, CancellationToken, Task<OpenBackup>> open;

    internal OpenProject(Repository repository, Func<Backup, CancellationToken, Task<OpenBackup>> open) =>
        (this.repository, this.open) = (repository, open);

    /// <param name="backup">Of the project.</param>
    /// <returns>It lasts as long as this.</returns>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: it cannot be read, now or at all.</exception>
    public Task<OpenBackup> OpenAsync(Backup backup, CancellationToken cancellationToken) =>
        open(backup, cancellationToken);

    public ValueTask DisposeAsync() => repository.DisposeAsync();
}
