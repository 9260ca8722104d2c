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
/// <param name="Version">Of this shape; 1 knew neither volumes nor sharings, 2 not the project, 3 neither schedules nor holds.</param>
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
    public const int CurrentVersion = 4;

    /// <summary>The project of local identity; null where Keystone knows it.</summary>
    public Project? Project { get; init; }

    /// <summary>The project's, and others' that it has backups of.</summary>
    public IReadOnlyList<Volume> Volumes { get; init; } = [];

    /// <summary>Those of the project's own backups whose time is not over.</summary>
    public IReadOnlyList<Sharing> Sharings { get; init; } = [];

    /// <summary>The project's.</summary>
    public IReadOnlyList<Schedule> Schedules { get; init; } = [];

    /// <summary>Those of the project's backups whose time is not over.</summary>
    public IReadOnlyList<Hold> Holds { get; init; } = [];

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
            )
            {
                Project = await session.Projects.FindAsync(projectId),
                Volumes = await session.Volumes.KnownToAsync(projectId),
                Sharings = await session.Sharings.GivenByAsync(projectId, now),
                Schedules = await session.Schedules.OfProjectAsync(projectId),
                Holds = await session.Holds.OfProjectAsync(projectId, now),
            };
}

/// <summary>
/// The exports in the store: <c>export/&lt;project&gt;/&lt;sequence&gt;</c>, sealed with a key of the project's. The highest
/// sequence counts; older ones are removed once it is durable, but never one that this catalog does not know of: it tells
/// of backups that a catalog put back from a copy has forgotten.
/// </summary>
public sealed class ExportStore(Repositories repositories, Keyring keyring)
{
    /// <param name="kept">Exports up to this number stay.</param>
    public async Task WriteAsync(ProjectExport export, long kept, CancellationToken cancellationToken)
    {
        using VaultKey key = KeyOf((await PasswordsAsync(export.ProjectId, cancellationToken))[0]);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(export);
        await repositories.Vault.PutAsync(Name(export.ProjectId, export.Sequence), json, key, cancellationToken);
        foreach (long number in await NumbersAsync(export.ProjectId, cancellationToken))
        {
            if (number > kept && number < export.Sequence)
            {
                await repositories.Vault.DeleteAsync(Name(export.ProjectId, number), cancellationToken);
            }
        }
    }

    /// <returns>The latest export; null when there is none.</returns>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>.</exception>
    public async Task<ProjectExport?> FindLatestAsync(string projectId, CancellationToken cancellationToken)
    {
        IReadOnlyList<long> numbers = await NumbersAsync(projectId, cancellationToken);
        if (numbers.Count == 0)
        {
            return null;
        }
        string name = Name(projectId, numbers[^1]);
        IReadOnlyList<string> passwords = await PasswordsAsync(projectId, cancellationToken);
        for (int index = 0; ; index++)
        {
            using VaultKey key = KeyOf(passwords[index]);
            try
            {
                byte[]? json = await repositories.Vault.GetAsync(name, key, cancellationToken);
                return json is null ? null : JsonSerializer.Deserialize<ProjectExport>(json);
            }
            catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged && index + 1 < passwords.Count)
            {
                // Written before the password was changed, and whoever changed it died before the next export.
            }
        }
    }

    /// <summary>Sequences of the exports that are in the store, lowest first.</summary>
    public async Task<IReadOnlyList<long>> NumbersAsync(string projectId, CancellationToken cancellationToken)
    {
        List<long> numbers = [];
        await foreach (string name in repositories.Vault.ListAsync($"export/{projectId}", cancellationToken))
        {
            if (
                long.TryParse(
                    name.AsSpan(name.LastIndexOf('/') + 1),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out long number
                )
            )
            {
                numbers.Add(number);
            }
        }
        numbers.Sort();
        return numbers;
    }

    /// <summary>Removes all exports of the project.</summary>
    public async Task RemoveAsync(string projectId, CancellationToken cancellationToken)
    {
        foreach (long number in await NumbersAsync(projectId, cancellationToken))
        {
            await repositories.Vault.DeleteAsync(Name(projectId, number), cancellationToken);
        }
    }

    /// <summary>The object's name in the store.</summary>
    public static string Name(string projectId, long sequence) =>
        $"export/{projectId}/{sequence.ToString("d12", CultureInfo.InvariantCulture)}";

    private static VaultKey KeyOf(string password) => new(Encoding.ASCII.GetBytes(password), "export");

    private async Task<IReadOnlyList<string>> PasswordsAsync(string projectId, CancellationToken cancellationToken) =>
        await keyring.FindAllAsync(projectId, cancellationToken) is { Count: > 0 } passwords
            ? passwords
            : throw new EngineError(
                EngineErrorKind.NotFound,
                temporary: false,
                $"Project {projectId} has a repository, and no key in the keyring.",
                $"Put keyring/{projectId} of the store back from a copy."
            );
}
