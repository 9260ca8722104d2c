using System.Buffers;
using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Vault;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Xunit;

namespace Holdfast.Tests.Engine.Vault;

public sealed class SealedObjectsTests : IDisposable
{
    private readonly MemoryObjectStore store = new();
    private readonly SealedObjects vault;
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(32);
    private readonly VaultKey key;

    public SealedObjectsTests()
    {
        vault = new Repositories(store).Vault;
        key = new VaultKey(secret, "keyring");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task WhatIsSealedComesBack(int length)
    {
        byte[] content = RandomNumberGenerator.GetBytes(length);
        await vault.PutAsync("keyring/p1", content, key, default);
        Assert.Equal(content, await vault.GetAsync("keyring/p1", key, default));
    }

    [Fact]
    public async Task NothingOfTheContentIsStored()
    {
        byte[] content = RandomNumberGenerator.GetBytes(64);
        await vault.PutAsync("keyring/p1", content, key, default);
        byte[] stored = await Stored("keyring/p1");
        Assert.Equal("HFV\u0001"u8, stored.AsSpan(0, 4));
        Assert.Equal(-1, stored.AsSpan().IndexOf(content.AsSpan(0, 8)));
    }

    [Fact]
    public async Task AnyFlippedBitIsRefused()
    {
        await vault.PutAsync("keyring/p1", "a password"u8.ToArray(), key, default);
        byte[] stored = await Stored("keyring/p1");
        for (int bit = 0; bit < stored.Length * 8; bit++)
        {
            byte[] changed = [.. stored];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            await store.PutAsync(new ObjectName("keyring/p1"), new ReadOnlySequence<byte>(changed), default);
            await AssertDamaged("keyring/p1", key);
        }
    }

    [Fact]
    public async Task AnObjectCannotPassForAnother()
    {
        await vault.PutAsync("keyring/p1", "a password"u8.ToArray(), key, default);
        byte[] stored = await Stored("keyring/p1");
        await store.PutAsync(new ObjectName("keyring/p2"), new ReadOnlySequence<byte>(stored), default);
        await AssertDamaged("keyring/p2", key);
    }

    [Fact]
    public async Task AKeyOfAnotherPurposeOpensNothing()
    {
        await vault.PutAsync("keyring/p1", "a password"u8.ToArray(), key, default);
        using var other = new VaultKey(secret, "export");
        await AssertDamaged("keyring/p1", other);
    }

    [Fact]
    public async Task TheFirstToCreateWins()
    {
        Assert.True(await vault.TryCreateAsync("keyring/p1", "one"u8.ToArray(), key, default));
        Assert.False(await vault.TryCreateAsync("keyring/p1", "two"u8.ToArray(), key, default));
        Assert.Equal("one"u8.ToArray(), await vault.GetAsync("keyring/p1", key, default));
    }

    [Fact]
    public async Task ListsBeneathAPrefixAndForgetsWhatIsDeleted()
    {
        await vault.PutAsync("export/p1/1", "a"u8.ToArray(), key, default);
        await vault.PutAsync("export/p1/2", "b"u8.ToArray(), key, default);
        await vault.PutAsync("export/p10/1", "c"u8.ToArray(), key, default);
        await vault.DeleteAsync("export/p1/1", default);
        var names = new List<string>();
        await foreach (string name in vault.ListAsync("export/p1", default))
        {
            names.Add(name);
        }
        Assert.Equal(["export/p1/2"], names);
        Assert.Null(await vault.GetAsync("export/p1/1", key, default));
    }

    [Fact]
    public void AShortSecretIsRefused()
    {
        EngineError error = Assert.Throws<EngineError>(() => new VaultKey(new byte[31], "keyring"));
        Assert.Equal(EngineErrorKind.Invalid, error.Kind);
    }

    [Fact]
    public void FingerprintsTellSecretsApartAndAreNoKey()
    {
        Assert.Equal(VaultKey.Fingerprint(secret), VaultKey.Fingerprint(secret));
        Assert.NotEqual(VaultKey.Fingerprint(secret), VaultKey.Fingerprint(new byte[32]));
        Assert.NotEqual(VaultKey.Fingerprint(secret), Convert.ToHexStringLower(secret));
    }

    public void Dispose() => key.Dispose();

    private async Task<byte[]> Stored(string name)
    {
        ObjectInfo? info = await store.StatAsync(new ObjectName(name), default);
        byte[] stored = new byte[info!.Value.Size];
        await store.ReadAsync(new ObjectName(name), 0, stored, default);
        return stored;
    }

    private async Task AssertDamaged(string name, VaultKey with)
    {
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => vault.GetAsync(name, with, default));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
    }
}
