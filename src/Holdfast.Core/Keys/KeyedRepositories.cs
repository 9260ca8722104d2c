using Holdfast.Engine;

namespace Holdfast.Core.Keys;

/// <summary>Opens projects' repositories with their passwords from the keyring.</summary>
public sealed class KeyedRepositories(Repositories repositories, Keyring keyring)
{
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>: the project has no key or no repository.</exception>
    public async Task<Repository> OpenAsync(
        string project,
        RepositoryOptions options,
        CancellationToken cancellationToken
    )
    {
        string password = await PasswordAsync(project, cancellationToken);
        try
        {
            return await repositories.OpenAsync(project, password, options, cancellationToken);
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.WrongPassword)
        {
            string now = await PasswordAsync(project, cancellationToken);
            if (now == password)
            {
                throw;
            }
            // It was changed between the two.
            return await repositories.OpenAsync(project, now, options, cancellationToken);
        }
    }

    private async Task<string> PasswordAsync(string project, CancellationToken cancellationToken) =>
        await keyring.FindAsync(project, cancellationToken)
        ?? throw new EngineError(
            EngineErrorKind.NotFound,
            temporary: false,
            $"Project {project} has no key in the keyring of the store.",
            $"If it has backups, put keyring/{project} of the store back from a copy."
        )
        {
            PublicMessage = "The project's key is missing from the backup store.",
        };
}
