using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Engine;
using Holdfast.Engine.Vault;

namespace Holdfast.Core.Keys;

/// <summary>
/// What only the catalog knows of a project, as one small object: with it, the repository and the master key a lost
/// catalog is made again.
/// </summary>
/// <param name="Version">Of this shape.</param>
/// <param name="Shares">The project's, and others' that it has backups of.</param>
public sealed record ProjectExport(
    int Version,
    string ProjectId,
    long Sequence,
    DateTimeOffset At,
    string RepositoryId,
    IReadOnlyList<Share> Shares,
    IReadOnlyList<Backup> Backups
)
{
    public const int CurrentVersion = 1;

    /// <summary>Reads it in one state of the catalog.</summary>
    public static async Task<ProjectExport?> ReadAsync(
        ICatalogSession session,
        string projectId,
        long sequence,
        DateTimeOffset now
    ) =>
        await session.Repositories.FindAsync(projectId) is not { } repository
            ? null
            : new ProjectExport(
                CurrentVersion,
                projectId,
                sequence,
                now,
                repository.RepositoryId,
                await session.Shares.KnownToAsync(projectId),
                await session.Backups.AvailableAsync(projectId)
            );
}

/// <summary>
/// The exports in the store: <c>export/&lt;project&gt;/&lt;sequence&gt;</c>, sealed with a key of the project's. The highest
/// sequence counts; older ones are removed once it is durable.
/// </summary>
public sealed class ExportStore(Repositories repositories, Keyring keyring)
{
    public async Task WriteAsync(ProjectExport export, CancellationToken cancellationToken)
    {
        using VaultKey key = await KeyAsync(export.ProjectId, cancellationToken);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(export);
        string name = Name(export.ProjectId, export.Sequence);
        await repositories.Vault.PutAsync(name, json, key, cancellationToken);
        foreach (string older in await NamesAsync(export.ProjectId, cancellationToken))
        {
            if (string.CompareOrdinal(older, name) < 0)
            {
                await repositories.Vault.DeleteAsync(older, cancellationToken);
            }
        }
    }

    /// <returns>The latest export; null when there is none.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public async Task<ProjectExport?> FindLatestAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = await NamesAsync(projectId, cancellationToken);
        if (names.Count == 0)
        {
            return null;
        }
        using VaultKey key = await KeyAsync(projectId, cancellationToken);
        byte[]? json = await repositories.Vault.GetAsync(names[^1], key, cancellationToken);
        return json is null ? null : JsonSerializer.Deserialize<ProjectExport>(json);
    }

    private async Task<VaultKey> KeyAsync(string projectId, CancellationToken cancellationToken) =>
        await keyring.FindAsync(projectId, cancellationToken) is { } password
            ? new VaultKey(Encoding.ASCII.GetBytes(password), "export")
            : throw new EngineError(
                EngineErrorKind.NotFound,
                temporary: false,
                $"Project {projectId} has a repository, and no key in the keyring.",
                $"Put keyring/{projectId} of the store back from a copy."
            );

    private async Task<IReadOnlyList<string>> NamesAsync(string projectId, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (string name in repositories.Vault.ListAsync($"export/{projectId}", cancellationToken))
        {
            names.Add(name);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    // Of one length, so that names sort as numbers do.
    private static string Name(string projectId, long sequence) =>
        $"export/{projectId}/{sequence.ToString("d12", CultureInfo.InvariantCulture)}";
}
