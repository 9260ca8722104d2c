using Holdfast.Engine;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;
using Holdfast.Objects.Memory;
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
        int keys = 0;
        await foreach (ObjectInfo _ in store.ListAsync("keys", default))
        {
            keys++;
        }
        Assert.Equal(1, keys);
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

    private Task<Repository> InitAsync() => Repository.InitAsync(store, Password, new RepositoryOptions(), default);
}
