using Holdfast.Core.Catalog;
using Holdfast.Engine.Vault;

namespace Holdfast.Core.Keys;

/// <summary>
/// The installation's one secret, from a file or a command. It wraps the repositories' passwords and the catalog's secrets.
/// The catalog knows its fingerprint; while it is changed (<see cref="MasterKeyRotation"/>) the next one's too.
/// </summary>
public sealed class MasterKey(ICatalog catalog, CoreOptions options, TimeProvider time) : IMasterKey
{
    /// <summary>Bytes.</summary>
    public const int Size = 32;

    private const string Setting = "master_key_fingerprint";
    private const string NextSetting = "next_master_key_fingerprint";

    private WrappingKey? key;

    /// <summary>
    /// Loads the key, or makes it at the very first start, and holds it against the fingerprint in the catalog.
    /// </summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Unavailable"/>: another key than the catalog's, or none while the catalog has one; or it is
    /// being changed.
    /// </exception>
    public Task LoadAsync(CancellationToken cancellationToken) => LoadAsync(prove: null, cancellationToken);

    /// <summary>
    /// Loads the key that the store was made with, for a catalog that is made again: none is made, and the catalog takes its
    /// fingerprint only once it has opened what it sealed.
    /// </summary>
    /// <param name="prove">Opens something of the store with this key, and throws if it is the wrong one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: no key, or another than the catalog's.</exception>
    public Task LoadForStoreAsync(Func<Task> prove, CancellationToken cancellationToken) =>
        LoadAsync(prove, cancellationToken);

    private async Task LoadAsync(Func<Task>? prove, CancellationToken cancellationToken)
    {
        (string? known, string? next) = await catalog.ReadAsync(FingerprintsAsync, cancellationToken);
        if (next is not null)
        {
            throw BeingChanged();
        }
        WrappingKey loaded = await FindAsync(mayMake: known is null && prove is null, cancellationToken);
        if (prove is not null)
        {
            key = loaded;
            await prove();
        }
        known ??= await catalog.WriteAsync(
            async session =>
            {
                await session.Settings.TryAddAsync(Setting, loaded.Fingerprint);
                return await session.Settings.FindAsync(Setting);
            },
            cancellationToken
        );
        if (known != loaded.Fingerprint)
        {
            throw Other();
        }
        key = loaded;
    }

    /// <summary>
    /// What <see cref="LoadAsync(CancellationToken)"/> would find: no key is made, and the catalog takes no fingerprint.
    /// </summary>
    /// <param name="hasCatalog">Whether there is a catalog to hold the key against.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where there is neither a key nor a catalog that knows one: the start makes it.</returns>
    /// <exception cref="ServiceError">As of <see cref="LoadAsync(CancellationToken)"/>.</exception>
    public async Task<bool> LookAsync(bool hasCatalog, CancellationToken cancellationToken)
    {
        (string? known, string? next) = hasCatalog
            ? await catalog.ReadAsync(FingerprintsAsync, cancellationToken)
            : (null, null);
        if (next is not null)
        {
            throw BeingChanged();
        }
        if (known is null && FilePath is { } path && MasterKeyFile.Read(path) is null)
        {
            return false;
        }
        WrappingKey found = await FindAsync(mayMake: false, cancellationToken);
        return known is null || known == found.Fingerprint ? true : throw Other();
    }

    /// <summary>A key for one kind of object in the store.</summary>
    public VaultKey ForVault(string purpose) => Loaded.ForVault(purpose);

    public byte[] Seal(ReadOnlySpan<byte> plain) => Loaded.Seal(plain);

    public byte[] Unseal(ReadOnlySpan<byte> sealedBytes) => Loaded.Unseal(sealedBytes);

    public async Task RequireCurrentAsync(ICatalogSession session)
    {
        if (!await IsCurrentAsync(session))
        {
            throw BeingChanged();
        }
    }

    /// <summary>Whether the key that was loaded is still the catalog's, and nobody is changing it.</summary>
    public async Task<bool> IsCurrentAsync(ICatalogSession session) =>
        await FingerprintsAsync(session) == (Loaded.Fingerprint, null);

    /// <summary>The file of the key; null where a command prints it.</summary>
    public string? FilePath =>
        options.MasterKeyCommand is not null
            ? null
            : Path.GetFullPath(options.MasterKeyFile ?? Path.Join(options.DataDirectory, "keys", "master.key"));

    /// <summary>The key that is configured, whatever the catalog says of it.</summary>
    internal Task<WrappingKey> ReadAsync(CancellationToken cancellationToken) =>
        FindAsync(mayMake: false, cancellationToken);

    /// <returns>The key's fingerprint, and the next one's while it is changed; null: none yet, and nobody changes it.</returns>
    internal static async Task<(string? Known, string? Next)> FingerprintsAsync(ICatalogSession session) =>
        (await session.Settings.FindAsync(Setting), await session.Settings.FindAsync(NextSetting));

    /// <summary>From now on no node starts, and nothing is sealed, until <see cref="EndChangeAsync"/>.</summary>
    internal static Task BeginChangeAsync(ICatalogSession session, WrappingKey next) =>
        session.Settings.SetAsync(NextSetting, next.Fingerprint);

    internal static async Task EndChangeAsync(ICatalogSession session, WrappingKey next)
    {
        await session.Settings.SetAsync(Setting, next.Fingerprint);
        await session.Settings.RemoveAsync(NextSetting);
    }

    internal ServiceError Other() =>
        new(
            ServiceErrorKind.Unavailable,
            $"The master key ({FilePath ?? "from HOLDFAST_MASTER_KEY_COMMAND"}) is not the one that this catalog was made with. "
                + "Nothing could be read with it: put back the key that belongs to this catalog. If a change of the master "
                + "key was interrupted, 'holdfast key rotate-master' ends it."
        );

    private static ServiceError BeingChanged() =>
        new(ServiceErrorKind.Unavailable, "The master key of the service is being changed, or was.")
        {
            Detail =
                "The master key is being changed, or was since this process has read it. If nobody is at it, "
                + "'holdfast key rotate-master' ends a change that was interrupted; then start the nodes with the new key.",
        };

    private WrappingKey Loaded => key ?? throw new InvalidOperationException("The master key is not loaded yet.");

    private async Task<WrappingKey> FindAsync(bool mayMake, CancellationToken cancellationToken)
    {
        if (FilePath is not { } path)
        {
            return new WrappingKey(await MasterKeyCommand.RunAsync(options.MasterKeyCommand!, time, cancellationToken));
        }
        byte[] found =
            MasterKeyFile.Read(path)
            ?? (
                mayMake
                    ? MasterKeyFile.Make(path)
                    : throw new ServiceError(
                        ServiceErrorKind.Unavailable,
                        $"There is no master key at {path}, and the catalog or the store was made with one. Put it "
                            + "back: without it no backup can be read."
                    )
            );
        return new WrappingKey(found);
    }
}
