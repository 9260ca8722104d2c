using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Objects;
using Holdfast.Tests.Engine.Maintenance;
using Xunit;

namespace Holdfast.Tests.Engine;

/// <summary>Making a repository where an attempt to make one died, or where one was lost.</summary>
public sealed class RepositoryInitTests
{
    private const string Password = "password";
    private static readonly ObjectName Config = new("config");

    private readonly MemoryObjectStore store = new(TimeProvider.System);

    [Fact]
    public async Task What_an_attempt_left_that_died_before_the_config_is_in_nobodys_way()
    {
        await (await InitAsync()).DisposeAsync();
        await store.DeleteAsync(Config, default);

        await using Repository made = await InitAsync();
        await using Repository opened = await Repository.OpenAsync(store, Password, new RepositoryOptions(), default);
        Assert.Equal(made.Id, opened.Id);
        Assert.Equal(1, await CountAsync("keys"));
    }

    [Fact]
    public async Task A_key_of_whatever_password_has_the_cost_of_one_that_can_be_guessed()
    {
        await (await InitAsync()).DisposeAsync();
        ObjectInfo key = Assert.Single(await StoreCopy.ListAsync(store, "keys"));
        Assert.Equal(32768, KeyFile.Parse(await StoreCopy.ReadAsync(store, key.Name))!.N);
    }

    [Fact]
    public async Task A_repository_that_lost_its_config_is_not_made_anew()
    {
        await using Repository lost = await InitAsync();
        Snapshot snapshot = new()
        {
            Time = DateTimeOffset.UnixEpoch,
            Tree = default,
            Paths = ["/a"],
        };
        await lost.SaveSnapshotAsync(snapshot, default);
        await store.DeleteAsync(Config, default);
        EngineError error = await Assert.ThrowsAsync<EngineError>(InitAsync);
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Of_two_who_make_it_at_once_the_first_to_write_the_config_has_made_it(int first)
    {
        HoldingObjectStore[] stores = [new(store), new(store)];
        var making = new List<Task<Repository>>();
        foreach (HoldingObjectStore one in stores)
        {
            one.Hold("config");
            making.Add(Repository.InitAsync(one, Password, new RepositoryOptions(), default));
            await one.Held;
        }
        stores[first].Release();
        await using Repository made = await making[first];
        stores[1 - first].Release();
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => making[1 - first]);

        Assert.Equal(EngineErrorKind.Exists, error.Kind);
        await using Repository opened = await Repository.OpenAsync(store, Password, new RepositoryOptions(), default);
        Assert.Equal(made.Id, opened.Id);
        Assert.Equal(1, await CountAsync("keys"));
    }

    [Fact]
    public async Task A_key_that_the_config_is_not_sealed_with_is_passed_over_and_can_be_removed()
    {
        await using Repository made = await InitAsync();
        await Repository.AddPasswordAsync(store, Password, "a person's", new RepositoryOptions(), default);
        for (int i = 0; i < 3; i++)
        {
            var other = new MemoryObjectStore();
            await (await Repository.InitAsync(other, Password, new RepositoryOptions(), default)).DisposeAsync();
            ObjectInfo key = (await StoreCopy.ListAsync(other, "keys")).Single();
            byte[] content = new byte[key.Size];
            await other.ReadAsync(key.Name, 0, content, default);
            await StoreCopy.WriteAsync(store, key.Name, content);
        }
        await using Repository opened = await Repository.OpenAsync(store, Password, new RepositoryOptions(), default);
        Assert.Equal(made.Id, opened.Id);

        await RemoveStrayKeysAsync();
        Assert.Equal(2, await CountAsync("keys"));
        foreach (string password in (string[])[Password, "a person's"])
        {
            await (await Repository.OpenAsync(store, password, new RepositoryOptions(), default)).DisposeAsync();
        }
    }

    [Fact]
    public async Task Beside_a_damaged_config_no_key_is_removed()
    {
        await using Repository made = await InitAsync();
        await store.DeleteAsync(Config, default);
        await StoreCopy.WriteAsync(store, Config, new byte[100]);

        await RemoveStrayKeysAsync();
        Assert.Equal(1, await CountAsync("keys"));
    }

    private Task RemoveStrayKeysAsync() =>
        Repository.RemoveStrayKeysAsync(store, Password, new RepositoryOptions(), default);

    private Task<Repository> InitAsync() => Repository.InitAsync(store, Password, new RepositoryOptions(), default);

    private async Task<int> CountAsync(string folder) => (await StoreCopy.ListAsync(store, folder)).Count;
}
