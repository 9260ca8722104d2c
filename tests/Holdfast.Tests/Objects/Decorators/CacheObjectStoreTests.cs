using Holdfast.Engine;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Files;
using Holdfast.Testing.Objects;
using Xunit;

namespace Holdfast.Tests.Objects.Decorators;

/// <summary>What is not to be kept goes through it as if it were not there.</summary>
public sealed class PassingCacheObjectStoreTests : ObjectStoreSuite, IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly CacheObjectStore cache;

    public PassingCacheObjectStoreTests() =>
        cache = new CacheObjectStore(
            new MemoryObjectStore(),
            directory["cache"],
            limit: 1000,
            keeps: (_, _) => false,
            TimeProvider.System
        );

    protected override IObjectStore Store => cache;

    public void Dispose()
    {
        cache.Dispose();
        Assert.False(Directory.Exists(directory["cache"]));
        directory.Dispose();
    }
}

public sealed class CacheObjectStoreTests : IDisposable
{
    private const int SumSize = 32;

    private readonly TemporaryDirectory directory = new();
    private readonly MemoryObjectStore far = new();
    private readonly WatchedObjectStore watched;

    public CacheObjectStoreTests() => watched = new WatchedObjectStore(far);

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task What_was_read_once_is_not_asked_for_again_not_by_the_next_process_either()
    {
        await PutAsync("p/data/a", [1, 2, 3, 4]);
        using (CacheObjectStore first = New())
        {
            Assert.Equal([2, 3], await ReadAsync(first, "p/data/a", 1, 2));
            Assert.Equal([2, 3], await ReadAsync(first, "p/data/a", 1, 2));
            Assert.Equal([3, 4], await ReadAsync(first, "p/data/a", 2, 2));
        }
        using CacheObjectStore second = New();
        Assert.Equal([3, 4], await ReadAsync(second, "p/data/a", 2, 2));
        Assert.Equal(2, watched.Reads.Count);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(directory["cache"])
        );
    }

    [Theory]
    [InlineData("flip")]
    [InlineData("cut")]
    [InlineData("empty")]
    public async Task A_file_that_is_damaged_is_a_miss(string damage)
    {
        await PutAsync("p/data/a", [1, 2, 3, 4]);
        using CacheObjectStore cache = New();
        await ReadAsync(cache, "p/data/a", 0, 4);
        string file = Assert.Single(Files());
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(
            file,
            damage switch
            {
                "flip" => bytes,
                "cut" => bytes[..^1],
                _ => [],
            }
        );

        Assert.Equal([1, 2, 3, 4], await ReadAsync(cache, "p/data/a", 0, 4));
        Assert.Equal(2, watched.Reads.Count);
        Assert.Equal([1, 2, 3, 4], await ReadAsync(cache, "p/data/a", 0, 4));
        Assert.Equal(2, watched.Reads.Count);
    }

    [Fact]
    public async Task What_was_not_read_for_longest_goes_when_there_is_too_much()
    {
        using CacheObjectStore cache = New(limit: 10 * (SumSize + 100));
        for (int number = 0; number < 9; number++)
        {
            await PutAsync($"p/data/{number}", new byte[100]);
            await ReadAsync(cache, $"p/data/{number}", 0, 100);
            await cache.Trimmed;
        }
        Assert.Equal(9, Files().Length);
        // Long ago; and then the first of them is read again.
        foreach (string file in Files())
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        await ReadAsync(cache, "p/data/0", 0, 100);
        int asked = watched.Reads.Count;
        for (int number = 9; number < 11; number++)
        {
            await PutAsync($"p/data/{number}", new byte[100]);
            await ReadAsync(cache, $"p/data/{number}", 0, 100);
            await cache.Trimmed;
        }
        Assert.Equal(9, Files().Length);
        await ReadAsync(cache, "p/data/0", 0, 100);
        await ReadAsync(cache, "p/data/10", 0, 100);
        Assert.Equal(asked + 2, watched.Reads.Count);
    }

    [Fact]
    public async Task A_directory_that_goes_or_cannot_be_made_costs_requests_and_no_more()
    {
        await PutAsync("p/data/a", [1, 2, 3, 4]);
        using CacheObjectStore cache = New();
        await ReadAsync(cache, "p/data/a", 0, 4);
        await cache.Trimmed;
        Directory.Delete(directory["cache"], recursive: true);
        Assert.Equal([1, 2, 3, 4], await ReadAsync(cache, "p/data/a", 0, 4));
        Assert.Equal([1, 2, 3, 4], await ReadAsync(cache, "p/data/a", 0, 4));
        Assert.Equal(2, watched.Reads.Count);

        await cache.Trimmed;
        Directory.Delete(directory["cache"], recursive: true);
        await File.WriteAllTextAsync(directory["cache"], "in its way");
        Assert.Equal([1, 2, 3, 4], await ReadAsync(cache, "p/data/a", 0, 4));
    }

    [Fact]
    public async Task What_the_store_cannot_give_is_its_error_and_is_not_kept()
    {
        using CacheObjectStore cache = New();
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() => ReadAsync(cache, "p/data/none", 0, 4));
        Assert.Equal(ObjectErrorKind.NotFound, error.Kind);
        Assert.False(Directory.Exists(directory["cache"]));
    }

    [Theory]
    [InlineData("p/index/abc", 100_000_000, true)]
    [InlineData("p/data/ab/abcd", 1_048_576, true)]
    [InlineData("p/data/ab/abcd", 1_048_577, false)]
    [InlineData("p/snapshots/abc", 100, false)]
    [InlineData("p/keys/abc", 100, false)]
    [InlineData("p/locks/abc", 100, false)]
    [InlineData("p/config", 100, false)]
    [InlineData("keyring/p", 100, false)]
    public void What_never_changes_and_is_small_is_kept(string name, long length, bool kept) =>
        Assert.Equal(kept, Repositories.IsKept(new ObjectName(name), length));

    private CacheObjectStore New(long limit = 1_000_000) =>
        new(watched, directory["cache"], limit, (_, _) => true, TimeProvider.System);

    private string[] Files() => Directory.GetFiles(directory["cache"], "*", SearchOption.AllDirectories);

    private Task PutAsync(string name, byte[] bytes) => far.PutAsync(new ObjectName(name), new(bytes), default);

    private static async Task<byte[]> ReadAsync(CacheObjectStore store, string name, long offset, int length)
    {
        byte[] bytes = new byte[length];
        await store.ReadAsync(new ObjectName(name), offset, bytes, default);
        return bytes;
    }
}
