using Holdfast.Core;
using Holdfast.Core.Keys;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class MasterKeyTests : IAsyncLifetime
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private CoreFixture core = null!;

    private string KeyFile => Path.Join(core.Options.DataDirectory, "keys", "master.key");

    public async ValueTask InitializeAsync() => core = await CoreFixture.MakeAsync();

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task The_first_start_makes_a_key_for_its_owner_alone()
    {
        await Key().LoadAsync(default);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(KeyFile));
        Assert.Equal(65, new FileInfo(KeyFile).Length);
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(KeyFile)!));
        string before = await File.ReadAllTextAsync(KeyFile);
        await Key().LoadAsync(default);
        Assert.Equal(before, await File.ReadAllTextAsync(KeyFile));
    }

    [Fact]
    public async Task A_look_finds_what_a_start_would_and_makes_nothing()
    {
        Assert.False(await Key().LookAsync(hasCatalog: true, default));
        Assert.False(File.Exists(KeyFile));
        await Key().LoadAsync(default);
        Assert.True(await Key().LookAsync(hasCatalog: true, default));
        await File.WriteAllTextAsync(KeyFile, new string('0', 64));
        await Assert.ThrowsAsync<ServiceError>(() => Key().LookAsync(hasCatalog: true, default));
        Assert.True(await Key().LookAsync(hasCatalog: false, default));
        File.Delete(KeyFile);
        await Assert.ThrowsAsync<ServiceError>(() => Key().LookAsync(hasCatalog: true, default));
    }

    [Fact]
    public async Task Nodes_that_start_together_agree_on_one_key()
    {
        MasterKey[] keys = [.. Enumerable.Range(0, 8).Select(_ => Key())];
        await Task.WhenAll(keys.Select(key => Task.Run(() => key.LoadAsync(default))));
        byte[] closed = keys[0].Seal("secret"u8);
        Assert.All(keys, key => Assert.Equal("secret"u8, key.Unseal(closed)));
    }

    [Fact]
    public async Task Another_key_than_the_catalogs_is_refused()
    {
        await Key().LoadAsync(default);
        await File.WriteAllTextAsync(KeyFile, new string('0', 64));
        await RefusesAsync(Key(), "is not the one that this catalog was made with");
    }

    [Fact]
    public async Task A_lost_key_is_not_replaced_by_a_new_one()
    {
        await Key().LoadAsync(default);
        File.Delete(KeyFile);
        await RefusesAsync(Key(), "There is no master key at");
        Assert.False(File.Exists(KeyFile));
    }

    [Fact]
    public async Task A_key_that_others_may_read_is_refused()
    {
        await Key().LoadAsync(default);
        File.SetUnixFileMode(KeyFile, OwnerOnly | UnixFileMode.GroupRead);
        await RefusesAsync(Key(), "chmod 600");
    }

    [Fact]
    public async Task A_file_that_holds_no_key_is_refused()
    {
        await Key().LoadAsync(default);
        await File.WriteAllTextAsync(KeyFile, "hello");
        await RefusesAsync(Key(), "64 hexadecimal digits");
    }

    [Fact]
    public async Task A_command_may_print_the_key()
    {
        string hex = new('a', 64);
        await Key(options => options with { MasterKeyCommand = $"echo {hex}" }).LoadAsync(default);
        Assert.False(File.Exists(KeyFile));
        await Key(options => options with { MasterKeyCommand = $"printf ' {hex}'" }).LoadAsync(default);
        await RefusesAsync(Key(o => o with { MasterKeyCommand = "echo nothing" }), "is not a master key");
        await RefusesAsync(Key(o => o with { MasterKeyCommand = $"echo {hex}; exit 3" }), "exit code 3");
    }

    [Fact]
    public async Task What_was_sealed_is_opened_by_the_same_key_and_by_no_other()
    {
        MasterKey key = Key();
        await key.LoadAsync(default);
        byte[] closed = key.Seal("secret"u8);
        Assert.Equal("secret"u8, key.Unseal(closed));
        closed[^1] ^= 1;
        Assert.Equal(ServiceErrorKind.Unavailable, Assert.Throws<ServiceError>(() => key.Unseal(closed)).Kind);
        Assert.Throws<ServiceError>(() => key.Unseal([1, 2, 3]));
    }

    [Fact]
    public void A_key_that_was_not_loaded_seals_nothing() =>
        Assert.Throws<InvalidOperationException>(() => Key().Seal("secret"u8));

    private MasterKey Key(Func<CoreOptions, CoreOptions>? change = null) =>
        new(core.Catalog, change?.Invoke(core.Options) ?? core.Options, TimeProvider.System);

    private static async Task RefusesAsync(MasterKey key, string message)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => key.LoadAsync(default));
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
