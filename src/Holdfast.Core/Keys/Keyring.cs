using System.Security.Cryptography;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Vault;

namespace Holdfast.Core.Keys;

/// <summary>
/// The passwords of the projects' repositories. Each is random, made once, and lies wrapped by the master key in
/// <c>keyring/&lt;project&gt;</c> of the store and nowhere else. While a password is changed the former one follows it, on a line of
/// its own.
/// </summary>
public sealed class Keyring(Repositories repositories, MasterKey master)
{
    /// <summary>With a project's id behind: the lease under which its first password and its repository are made.</summary>
    public const string MakeLease = "make-repository:";

    /// <summary>With a project's id behind: the lease under which its password is changed or removed.</summary>
    public const string ChangeLease = "rotate-key:";

    /// <summary>Whoever writes a project's password holds one of these.</summary>
    public static readonly IReadOnlyList<string> Leases = [MakeLease, ChangeLease];

    // 32 random bytes as hex: beyond guessing, and easily typed into restic.
    private const int PasswordLength = 64;

    /// <summary>Of a repository's key under such a password.</summary>
    public static readonly ScryptCost PasswordCost = ScryptCost.OfRandom;

    private const string Folder = "keyring";

    /// <returns>Null when the project has none yet.</returns>
    /// <exception cref="EngineError">The store failed, or another master key wrapped it.</exception>
    public async Task<string?> FindAsync(string project, CancellationToken cancellationToken) =>
        await FindAllAsync(project, cancellationToken) is [var password, ..] ? password : null;

    /// <returns>The password, then the former one while it is changed; nothing when the project has none yet.</returns>
    /// <exception cref="EngineError">The store failed, or another master key wrapped it.</exception>
    public async Task<IReadOnlyList<string>> FindAllAsync(string project, CancellationToken cancellationToken)
    {
        using VaultKey key = master.ForVault(Folder);
        byte[]? content = await repositories.Vault.GetAsync(Name(project), key, cancellationToken);
        return content is null ? [] : Encoding.ASCII.GetString(content).Split('\n');
    }

    /// <summary>Replaces what is kept, durably.</summary>
    /// <param name="project">The project's id.</param>
    /// <param name="passwords">As <see cref="FindAllAsync"/> returns them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PutAsync(string project, IEnumerable<string> passwords, CancellationToken cancellationToken)
    {
        using VaultKey key = master.ForVault(Folder);
        byte[] content = Encoding.ASCII.GetBytes(string.Join('\n', passwords));
        await repositories.Vault.PutAsync(Name(project), content, key, cancellationToken);
    }

    /// <summary>Wraps the project's passwords with another master key, durably; those that it has wrapped already stay.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Damaged"/>: neither key opens them.</exception>
    public async Task RewrapAsync(
        string project,
        WrappingKey former,
        WrappingKey next,
        CancellationToken cancellationToken
    )
    {
        using VaultKey nextKey = next.ForVault(Folder);
        if (await OpensAsync(project, nextKey, cancellationToken))
        {
            return;
        }
        using VaultKey formerKey = former.ForVault(Folder);
        if (await repositories.Vault.GetAsync(Name(project), formerKey, cancellationToken) is { } content)
        {
            await repositories.Vault.PutAsync(Name(project), content, nextKey, cancellationToken);
        }
    }

    /// <summary>Whether one of the two keys has wrapped the project's passwords, or there are none.</summary>
    public async Task<bool> OpensAsync(
        string project,
        WrappingKey former,
        WrappingKey next,
        CancellationToken cancellationToken
    )
    {
        using VaultKey formerKey = former.ForVault(Folder);
        using VaultKey nextKey = next.ForVault(Folder);
        return await OpensAsync(project, formerKey, cancellationToken)
            || await OpensAsync(project, nextKey, cancellationToken);
    }

    /// <summary>Removes the project's passwords. Removing what is not there succeeds.</summary>
    public Task RemoveAsync(string project, CancellationToken cancellationToken) =>
        repositories.Vault.DeleteAsync(Name(project), cancellationToken);

    private async Task<bool> OpensAsync(string project, VaultKey key, CancellationToken cancellationToken)
    {
        try
        {
            _ = await repositories.Vault.GetAsync(Name(project), key, cancellationToken);
            return true;
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
        {
            return false;
        }
    }

    public static string NewPassword() => RandomNumberGenerator.GetHexString(PasswordLength, lowercase: true);

    /// <summary>
    /// The project's password, made if there is none. It is durable in the store before anything is sealed with it, and
    /// whoever is second takes the first one's.
    /// </summary>
    public async Task<string> GetOrMakeAsync(string project, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, cancellationToken) is { } known)
        {
            return known;
        }
        using VaultKey key = master.ForVault(Folder);
        string made = NewPassword();
        bool ours = await repositories.Vault.TryCreateAsync(
            Name(project),
            Encoding.ASCII.GetBytes(made),
            key,
            cancellationToken
        );
        return ours ? made : (await FindAsync(project, cancellationToken))!;
    }

    /// <summary>Projects that have a password, in the order of their ids.</summary>
    public async Task<IReadOnlyList<string>> ProjectsAsync(CancellationToken cancellationToken) =>
        await repositories
            .Vault.ListAsync(Folder, cancellationToken)
            .Select(name => name[(Folder.Length + 1)..])
            .Order(StringComparer.Ordinal)
            .ToListAsync(cancellationToken);

    private static string Name(string project) => $"{Folder}/{project}";
}
