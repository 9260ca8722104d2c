using Holdfast.Core.Catalog;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;

namespace Holdfast.Core.Keys;

/// <summary>
/// Gives a project's repository a new password, as <c>restic key passwd</c>: its data is not touched, and what is running
/// goes on. Whoever dies in between leaves a repository that the keyring opens, and the next call ends the change.
/// </summary>
public sealed class KeyRotation(
    ICatalog catalog,
    MasterKey master,
    Keyring keyring,
    Repositories repositories,
    ProjectExporter exporter,
    CoreOptions options,
    TimeProvider time
)
{
    /// <returns>False when the project has no repository.</returns>
    /// <exception cref="ServiceError">
    /// No catalog, another master key than its own, or <see cref="ServiceErrorKind.Conflict"/>: somebody else is at it, or
    /// the repository has so many keys that clients would not come to a new one. Then nothing has changed.
    /// </exception>
    /// <exception cref="EngineError">The store failed: call it again.</exception>
    public async Task<bool> RotateAsync(string project, CancellationToken cancellationToken)
    {
        await master.LoadAsync(cancellationToken);
        if (!await repositories.ExistsAsync(project, cancellationToken))
        {
            return false;
        }
        KeyLease lease = new(catalog, master, time, project);
        await catalog.WriteAsync(
            async session =>
            {
                await lease.TakeAsync(session);
                await session.NoteByHostAsync(AuditAction.RotateKey, project, time.Now());
            },
            cancellationToken
        );
        try
        {
            await RotateOnceAsync(project, lease, cancellationToken);
            return true;
        }
        finally
        {
            await lease.ReleaseAsync();
        }
    }

    private async Task RotateOnceAsync(string project, KeyLease lease, CancellationToken cancellationToken)
    {
        RepositoryOptions opening = new()
        {
            LockHostname = options.Node,
            LockUsername = "key-rotation",
            KeyCost = Keyring.PasswordCost,
            Time = time,
        };
        IReadOnlyList<string> passwords = await keyring.FindAllAsync(project, cancellationToken);
        if (passwords.Count == 0)
        {
            throw ServiceError.Conflict(
                $"Project {project} has a repository, and no key in the keyring: put keyring/{project} of the store back from a copy."
            );
        }
        if (passwords is [var only])
        {
            passwords = [Keyring.NewPassword(), only];
            await repositories.AddPasswordAsync(project, only, passwords[0], opening, cancellationToken);
            await RequireOpensAsync(project, passwords[0], opening, cancellationToken);
            await lease.KeepAsync(cancellationToken);
            await keyring.PutAsync(project, passwords, cancellationToken);
        }
        // What the former password sealed beside the repository, the new one seals.
        await exporter.ExportAsync(project, cancellationToken);
        await lease.KeepAsync(cancellationToken);
        foreach (string former in passwords.Skip(1))
        {
            await repositories.RemovePasswordAsync(project, former, opening, cancellationToken);
        }
        await lease.KeepAsync(cancellationToken);
        await keyring.PutAsync(project, passwords.Take(1), cancellationToken);
    }

    /// <summary>Clients try some of a repository's keys alone: the former password stays until the new one is seen to open it.</summary>
    private async Task RequireOpensAsync(
        string project,
        string password,
        RepositoryOptions opening,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await using Repository opened = await repositories.OpenAsync(project, password, opening, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.WrongPassword)
        {
            await repositories.RemovePasswordAsync(project, password, opening, cancellationToken);
            throw ServiceError.Conflict(
                $"The repository of project {project} has too many keys for another one: "
                    + "remove those that nobody needs with 'restic key remove', and run the same again."
            );
        }
    }
}
