using Holdfast.Core.Catalog;
using Holdfast.Core.Services;

namespace Holdfast.Core.Keys;

/// <summary>
/// Hands a repository's password to the operator on the host, who may then read the project's data without Holdfast. Each
/// time leaves an audit row, written first: a password that was seen without a trace must not be possible.
/// </summary>
public sealed class KeyExport(ICatalog catalog, MasterKey master, Keyring keyring, TimeProvider time)
{
    /// <returns>Null when the project has no repository.</returns>
    /// <exception cref="ServiceError">No catalog, or another master key than its own.</exception>
    public async Task<string?> ExportAsync(string project, CancellationToken cancellationToken)
    {
        await master.LoadAsync(cancellationToken);
        string? password = await keyring.FindAsync(project, cancellationToken);
        if (password is null)
        {
            return null;
        }
        await catalog.WriteAsync(
            session => session.NoteByHostAsync(AuditAction.ExportKey, project, time.Now()),
            cancellationToken
        );
        return password;
    }
}
