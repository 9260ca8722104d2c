using System.Security.Cryptography;
using Holdfast.Core.Catalog;
using Holdfast.Engine.Vault;

namespace Holdfast.Core.Keys;

/// <summary>
/// The installation's one secret, from a file or a command. It wraps the repositories' passwords and the catalog's secrets,
/// each with a key of its own that is derived from it.
/// </summary>
public sealed class MasterKey(ICatalog catalog, CoreOptions options, TimeProvider time) : IMasterKey
{
    /// <summary>Bytes.</summary>
    public const int Size = 32;

    private const string Setting = "master_key_fingerprint";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private byte[]? key;

    /// <summary>
    /// Loads the key, or makes it at the very first start, and holds it against the fingerprint in the catalog.
    /// </summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Unavailable"/>: another key than the catalog's, or none while the catalog has one.
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
        string? known = await catalog.ReadAsync(session => session.Settings.FindAsync(Setting), cancellationToken);
        byte[] loaded = await FindAsync(mayMake: known is null && prove is null, cancellationToken);
        string fingerprint = VaultKey.Fingerprint(loaded);
        if (prove is not null)
        {
            key = loaded;
            await prove();
        }
        known ??= await catalog.WriteAsync(
            async session =>
            {
                await session.Settings.TryAddAsync(Setting, fingerprint);
                return await session.Settings.FindAsync(Setting);
            },
            cancellationToken
        );
        if (known != fingerprint)
        {
            throw new ServiceError(
                ServiceErrorKind.Unavailable,
                $"The master key ({Origin}) is not the one that this catalog was made with. Nothing could be read with "
                    + "it: put back the key that belongs to this catalog."
            );
        }
        key = loaded;
    }

    /// <summary>A key for one kind of object in the store.</summary>
    public VaultKey ForVault(string purpose) => new(Loaded, purpose);

    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        byte[] closed = new byte[NonceSize + plain.Length + TagSize];
        Span<byte> nonce = closed.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = new(CatalogKey(), TagSize);
        cipher.Encrypt(nonce, plain, closed.AsSpan(NonceSize, plain.Length), closed.AsSpan(^TagSize..));
        return closed;
    }

    public byte[] Unseal(ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceSize + TagSize)
        {
            throw NotSealed(null);
        }
        byte[] plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using AesGcm cipher = new(CatalogKey(), TagSize);
        try
        {
            ReadOnlySpan<byte> text = sealedBytes[NonceSize..^TagSize];
            cipher.Decrypt(sealedBytes[..NonceSize], text, sealedBytes[^TagSize..], plain);
            return plain;
        }
        catch (CryptographicException error)
        {
            throw NotSealed(error);
        }
    }

    private string Origin => options.MasterKeyCommand is null ? FilePath : "from HOLDFAST_MASTER_KEY_COMMAND";

    private string FilePath =>
        Path.GetFullPath(options.MasterKeyFile ?? Path.Join(options.DataDirectory, "keys", "master.key"));

    private byte[] Loaded => key ?? throw new InvalidOperationException("The master key is not loaded yet.");

    private async Task<byte[]> FindAsync(bool mayMake, CancellationToken cancellationToken)
    {
        if (options.MasterKeyCommand is { } command)
        {
            return await MasterKeyCommand.RunAsync(command, time, cancellationToken);
        }
        return MasterKeyFile.Read(FilePath)
            ?? (
                mayMake
                    ? MasterKeyFile.Make(FilePath)
                    : throw new ServiceError(
                        ServiceErrorKind.Unavailable,
                        $"There is no master key at {FilePath}, and the catalog or the store was made with one. Put it "
                            + "back: without it no backup can be read."
                    )
            );
    }

    private byte[] CatalogKey() =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Loaded, Size, info: "holdfast catalog"u8.ToArray());

    private static ServiceError NotSealed(Exception? inner) =>
        new(
            ServiceErrorKind.Unavailable,
            "A secret in the catalog was sealed by another master key, or is damaged. Put back the right key or catalog.",
            inner
        );
}
