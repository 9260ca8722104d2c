using System.Buffers;
using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;
using Holdfast.Objects;

namespace Holdfast.Engine.Storage;

/// <summary>
/// Index, snapshot and lock objects: JSON, compressed behind a version byte, sealed, and named by the SHA-256 of the
/// sealed bytes. Old repositories hold the JSON uncompressed; both are read.
/// </summary>
internal sealed class UnpackedObjects(RepositoryStore store, Sealer sealer)
{
    private const byte CompressedVersion = 2;

    /// <returns>The object's name.</returns>
    internal async Task<Id> SaveAsync(ObjectKind kind, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using PooledBytes sealedBytes = Seal(json.Span, out Id id);
        await store.PutAsync(
            RepositoryStore.Name(kind, id),
            new ReadOnlySequence<byte>(sealedBytes.Memory),
            cancellationToken
        );
        return id;
    }

    /// <summary>The object's JSON, verified, in a pooled buffer that the caller disposes.</summary>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>, <see cref="EngineErrorKind.Damaged"/>.</exception>
    internal Task<PooledBytes> LoadAsync(ObjectKind kind, Id id, CancellationToken cancellationToken) =>
        LoadAsync(kind, id, size: null, cancellationToken);

    /// <summary>The same for an object that was listed: its length is known, which spares a request.</summary>
    internal Task<PooledBytes> LoadAsync(ObjectKind kind, StoredObject listed, CancellationToken cancellationToken) =>
        LoadAsync(kind, listed.Id, listed.Size, cancellationToken);

    /// <summary>Stores content that is no JSON under another name than its own hash, over an older one.</summary>
    internal async Task SaveAsAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using PooledBytes sealedBytes = Seal(content.Span, out _);
        await store.PutAsync(name, new ReadOnlySequence<byte>(sealedBytes.Memory), cancellationToken);
    }

    /// <returns>What <see cref="SaveAsAsync"/> stored, which the caller disposes; null when there is none, or it is damaged.</returns>
    internal async Task<PooledBytes?> TryLoadAsync(ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            using PooledBytes content = await store.ReadAllAsync(name, cancellationToken);
            return TryOpen(content, out PooledBytes opened) ? opened : null;
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
    }

    private async Task<PooledBytes> LoadAsync(ObjectKind kind, Id id, long? size, CancellationToken cancellationToken)
    {
        ObjectName name = RepositoryStore.Name(kind, id);
        return await LoadOnceAsync(name, id, size, cancellationToken)
            // A second read tells bytes damaged on their way from bytes damaged where they lie.
            ?? await LoadOnceAsync(name, id, size, cancellationToken)
            ?? throw new EngineError(
                EngineErrorKind.Damaged,
                temporary: false,
                $"'{name}' is not what was stored.",
                Repair(kind, id)
            );
    }

    private static string Repair(ObjectKind kind, Id id) =>
        kind switch
        {
            ObjectKind.Index => "It can be made anew from the packs, with: restic repair index.",
            ObjectKind.Snapshot =>
                $"Put it back from a copy of the store, or give it up with: holdfast repo forget {id}.",
            _ => "Make sure that nothing else uses the repository, then run: restic unlock --remove-all.",
        };

    private async Task<PooledBytes?> LoadOnceAsync(
        ObjectName name,
        Id id,
        long? size,
        CancellationToken cancellationToken
    )
    {
        using PooledBytes content = size is { } known
            ? await store.ReadAllAsync(name, known, PooledBytes.RentSeldom, cancellationToken)
            : await store.ReadAllAsync(name, cancellationToken);
        return Sha256.Hash(content.Span) == id && TryOpen(content, out PooledBytes json) ? json : null;
    }

    /// <summary>What <see cref="SaveAsync"/> stores; the caller disposes it.</summary>
    /// <param name="id">The object's name.</param>
    internal PooledBytes Seal(ReadOnlySpan<byte> json, out Id id)
    {
        using Pool<Compressor>.Lease lease = Zstd.Compressors.Rent();
        ReadOnlySpan<byte> frame = lease.Value.Compress(json, Compressor.DefaultLevel).Span;
        using PooledBytes plaintext = PooledBytes.RentSeldom(1 + frame.Length);
        plaintext.Writable.Span[0] = CompressedVersion;
        frame.CopyTo(plaintext.Writable.Span[1..]);
        PooledBytes sealedBytes = PooledBytes.RentSeldom(plaintext.Length + Sealer.Overhead);
        sealer.Seal(plaintext.Span, sealedBytes.Writable.Span);
        Sha256.Hash(sealedBytes.Span, out id);
        return sealedBytes;
    }

    private bool TryOpen(PooledBytes content, out PooledBytes json)
    {
        json = default;
        if (content.Length <= Sealer.Overhead)
        {
            return false;
        }
        Span<byte> plaintext = content.Writable.Span[Sealer.NonceLength..^Sealer.TagLength];
        if (!sealer.TryOpen(content.Span, plaintext))
        {
            return false;
        }
        if (plaintext[0] is (byte)'{' or (byte)'[')
        {
            json = PooledBytes.RentSeldom(plaintext.Length);
            plaintext.CopyTo(json.Writable.Span);
            return true;
        }
        using Pool<Decompressor>.Lease lease = Zstd.Decompressors.Rent();
        return plaintext[0] == CompressedVersion && lease.Value.TryDecompress(plaintext[1..], out json);
    }
}
