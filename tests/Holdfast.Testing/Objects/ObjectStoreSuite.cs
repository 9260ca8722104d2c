using System.Buffers;
using Holdfast.Objects;
using Xunit;

namespace Holdfast.Testing.Objects;

/// <summary>What every object store promises. A test class derives from this for each implementation and decorator.</summary>
public abstract class ObjectStoreSuite
{
    /// <summary>A new, empty store.</summary>
    protected abstract IObjectStore Store { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task WhatIsPutIsRead(int length)
    {
        byte[] content = Bytes(length, seed: length);
        await Store.PutAsync(new ObjectName("a/b/c"), new ReadOnlySequence<byte>(content), Token);
        Assert.Equal(content, await ReadAsync("a/b/c"));
        Assert.Equal(length, (await Store.StatAsync(new ObjectName("a/b/c"), Token))!.Value.Size);
    }

    [Fact]
    public async Task ManySegmentsAreOneObject()
    {
        byte[] content = Bytes(10_000, seed: 1);
        await Store.PutAsync(new ObjectName("x"), Segments.Of(content, 1, 4095, 4096), Token);
        Assert.Equal(content, await ReadAsync("x"));
    }

    [Fact]
    public async Task ARangeIsThatRange()
    {
        byte[] content = Bytes(1000, seed: 2);
        await Put("x", content);
        byte[] part = new byte[300];
        await Store.ReadAsync(new ObjectName("x"), 700, part, Token);
        Assert.Equal(content[700..], part);
        await Store.ReadAsync(new ObjectName("x"), 1000, Memory<byte>.Empty, Token);
    }

    [Fact]
    public async Task ReadingPastTheEndIsDamage()
    {
        await Put("x", Bytes(100, seed: 3));
        await AssertFails(ObjectErrorKind.Damaged, () => Store.ReadAsync(new ObjectName("x"), 90, new byte[11], Token));
        await AssertFails(ObjectErrorKind.Damaged, () => Store.ReadAsync(new ObjectName("x"), 200, new byte[1], Token));
    }

    [Fact]
    public async Task WhatIsNotThereIsNotFound()
    {
        await Put("a/b", [1]);
        foreach (string name in (string[])["x", "a", "a/b/c", "a/x"])
        {
            Assert.Null(await Store.StatAsync(new ObjectName(name), Token));
            await AssertFails(
                ObjectErrorKind.NotFound,
                () => Store.ReadAsync(new ObjectName(name), 0, new byte[1], Token)
            );
        }
    }

    [Fact]
    public async Task PutReplaces()
    {
        await Put("x", Bytes(1000, seed: 4));
        await Put("x", [1, 2, 3]);
        Assert.Equal([1, 2, 3], await ReadAsync("x"));
    }

    [Fact]
    public async Task OnlyTheFirstCreates()
    {
        Assert.True(await Create("a/x", [1]));
        Assert.False(await Create("a/x", [2]));
        Assert.Equal([1], await ReadAsync("a/x"));
        await Store.DeleteAsync(new ObjectName("a/x"), Token);
        Assert.True(await Create("a/x", [3]));
    }

    [Fact]
    public async Task OfManyAtOnceOneCreates()
    {
        bool[] created = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => Task.Run(() => Create("race", [(byte)i]), Token))
        );
        Assert.Single(created, won => won);
        Assert.Equal([(byte)Array.IndexOf(created, true)], await ReadAsync("race"));
    }

    [Fact]
    public async Task ReadersSeeOldOrNewNeverAMixture()
    {
        byte[] ones = [.. Enumerable.Repeat((byte)1, 200_000)];
        byte[] twos = [.. Enumerable.Repeat((byte)2, 200_000)];
        await Put("x", ones);
        Task writing = Task.Run(
            async () =>
            {
                for (int i = 0; i < 20; i++)
                {
                    await Put("x", i % 2 == 0 ? twos : ones);
                }
            },
            Token
        );
        do
        {
            byte[] seen = await ReadAsync("x");
            Assert.True(seen.AsSpan().SequenceEqual(ones) || seen.AsSpan().SequenceEqual(twos));
        } while (!writing.IsCompleted);
        await writing;
    }

    [Fact]
    public async Task DeletingTwiceIsDeleting()
    {
        await Put("a/x", [1]);
        await Store.DeleteAsync(new ObjectName("a/x"), Token);
        await Store.DeleteAsync(new ObjectName("a/x"), Token);
        await Store.DeleteAsync(new ObjectName("never/was"), Token);
        Assert.Null(await Store.StatAsync(new ObjectName("a/x"), Token));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task AListingHasWhatIsBeneathThePrefix()
    {
        foreach (string name in (string[])["top", "data/00/a", "data/00/b", "data/ff/c", "data2/x", "dat"])
        {
            await Put(name, new byte[name.Length]);
        }
        Assert.Equal(["data/00/a", "data/00/b", "data/ff/c"], await ListAsync("data"));
        Assert.Equal(["data/00/a", "data/00/b"], await ListAsync("data/00"));
        Assert.Equal(["dat", "data/00/a", "data/00/b", "data/ff/c", "data2/x", "top"], await ListAsync(""));
        Assert.Empty(await ListAsync("nothing/here"));
        Assert.Empty(await ListAsync("top"));
    }

    [Fact]
    public async Task AListingTellsSizes()
    {
        await Put("a/x", new byte[12_345]);
        await foreach (ObjectInfo info in Store.ListAsync("a", Token))
        {
            Assert.Equal((new ObjectName("a/x"), 12_345L), (info.Name, info.Size));
            Assert.Equal((await Store.StatAsync(info.Name, Token))!.Value.Modified, info.Modified);
        }
    }

    [Fact]
    public async Task AListingMayBeUsedWhileItIsRead()
    {
        for (int i = 0; i < 50; i++)
        {
            await Put($"a/{i}", [(byte)i]);
        }
        await foreach (ObjectInfo info in Store.ListAsync("a", Token))
        {
            await Store.DeleteAsync(info.Name, Token);
        }
        Assert.Empty(await ListAsync("a"));
    }

    [Fact]
    public async Task ManyWritersAndReadersAtOnce()
    {
        await Parallel.ForAsync(
            0,
            64,
            Token,
            async (i, token) =>
            {
                byte[] content = Bytes(1000 + i, seed: i);
                await Store.PutAsync(new ObjectName($"{i % 4}/{i}"), new ReadOnlySequence<byte>(content), token);
                Assert.Equal(content, await ReadAsync($"{i % 4}/{i}"));
            }
        );
        Assert.Equal(64, (await ListAsync("")).Count);
    }

    [Fact]
    public async Task ACancelledCallChangesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var content = new ReadOnlySequence<byte>(new byte[10]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.PutAsync(new ObjectName("x"), content, cancelled.Token)
        );
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Store.TryCreateAsync(new ObjectName("x"), content, cancelled.Token)
        );
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task RemovingTheUnfinishedKeepsTheFinished()
    {
        await Put("a/x", [1]);
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token));
        Assert.Equal([1], await ReadAsync("a/x"));
    }

    protected Task Put(string name, byte[] content) =>
        Store.PutAsync(new ObjectName(name), new ReadOnlySequence<byte>(content), Token);

    protected Task<bool> Create(string name, byte[] content) =>
        Store.TryCreateAsync(new ObjectName(name), new ReadOnlySequence<byte>(content), Token);

    protected async Task<byte[]> ReadAsync(string name)
    {
        ObjectInfo? info = await Store.StatAsync(new ObjectName(name), Token);
        byte[] content = new byte[info!.Value.Size];
        await Store.ReadAsync(new ObjectName(name), 0, content, Token);
        return content;
    }

    protected async Task<IReadOnlyList<string>> ListAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (ObjectInfo info in Store.ListAsync(prefix, Token))
        {
            names.Add(info.Name.Value);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    protected static async Task<ObjectError> AssertFails(ObjectErrorKind kind, Func<Task> call)
    {
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(call);
        Assert.Equal(kind, error.Kind);
        return error;
    }

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
