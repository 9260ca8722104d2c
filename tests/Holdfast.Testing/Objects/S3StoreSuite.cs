using System.Buffers;
using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.S3;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.Testing.Objects;

/// <summary>What the S3 store promises beside what every store does, on a server of some make.</summary>
public abstract class S3StoreSuite : ObjectStoreSuite, IAsyncLifetime
{
    private const int MiB = 1 << 20;

    private S3Options place = null!;
    private S3ObjectStore store = null!;
    private RetryObjectStore retrying = null!;

    /// <summary>As the service has it: a read while the object is being replaced is now and then a 500 of Ceph's.</summary>
    protected override IObjectStore Store => retrying;

    protected abstract S3Account Account { get; }

    public async ValueTask InitializeAsync()
    {
        place = (await Account.NewPlaceAsync()).Options;
        store = new S3ObjectStore(place, TimeProvider.System);
        retrying = new RetryObjectStore(store, new RetryOptions(), TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task AListingOfManyPagesIsWholeAndInOrder()
    {
        string[] names = [.. Enumerable.Range(0, 11).Select(i => $"data/{i:x2}/{i}")];
        foreach (string name in names)
        {
            await Put(name, [1]);
        }
        using var paging = new S3ObjectStore(place with { ListPage = 3 }, TimeProvider.System);
        Assert.Equal(names, await paging.ListAsync("data", Token).Select(info => info.Name.Value).ToListAsync(Token));
        Assert.Equal(names, await paging.ListAsync("", Token).Select(info => info.Name.Value).ToListAsync(Token));
    }

    [Fact]
    public async Task WhatOthersKeepInTheBucketIsNotListed()
    {
        await Put("a/x", [1]);
        using AmazonS3Client client = Account.Open();
        foreach (string key in (string[])["a/", "a/with space", "a//b", "a/ünï", "a/it's&<>"])
        {
            await PutForeignAsync(client, $"{place.Prefix}/{key}");
        }
        await PutForeignAsync(client, $"{place.Prefix}beside/x");
        Assert.Equal(["a/x"], await ListAsync("a"));
        Assert.Equal(["a/x"], await ListAsync(""));
    }

    [Fact]
    public async Task ALargeObjectIsStoredInParts()
    {
        using var parting = new S3ObjectStore(
            place with
            {
                MultipartAbove = 5 * MiB,
                PartBytes = 5 * MiB,
            },
            TimeProvider.System
        );
        byte[] content = new byte[11 * MiB + 7];
        new Random(1).NextBytes(content);
        await parting.PutAsync(new ObjectName("large"), Segments.Of(content, 3 * MiB, 8 * MiB), Token);
        Assert.Equal(content, await ReadAsync("large"));
        byte[] across = new byte[100];
        await Store.ReadAsync(new ObjectName("large"), 5 * MiB - 50, across, Token);
        Assert.Equal(content[(5 * MiB - 50)..(5 * MiB + 50)], across);
        using AmazonS3Client client = Account.Open();
        GetObjectMetadataResponse stored = await client.GetObjectMetadataAsync(
            place.Bucket,
            $"{place.Prefix}/large",
            Token
        );
        Assert.EndsWith("-3\"", $"\"{stored.ETag.Trim('"')}\"", StringComparison.Ordinal);
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token));
    }

    [Fact]
    public async Task AnUploadThatFailsLeavesNoPartsBehind()
    {
        using var parting = new S3ObjectStore(
            place with
            {
                MultipartAbove = 5 * MiB,
                // Too small for S3: the store refuses to join them.
                PartBytes = 4 * MiB,
            },
            TimeProvider.System
        );
        ObjectError error = await AssertFails(
            ObjectErrorKind.Failed,
            () => parting.PutAsync(new ObjectName("x"), new ReadOnlySequence<byte>(new byte[9 * MiB]), Token)
        );
        Assert.False(error.Temporary);
        Assert.Empty(await ListAsync(""));
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token));
    }

    [Fact]
    public async Task UnfinishedUploadsAreRemovedOnceOldAndOnlyOurs()
    {
        using AmazonS3Client client = Account.Open();
        string other = $"{place.Prefix}beside/x";
        string[] uploads =
        [
            await BeginAsync(client, "a"),
            await BeginAsync(client, "a"),
            await BeginAsync(client, "b"),
        ];
        string foreign = await BeginAtAsync(client, other);
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(DateTimeOffset.UnixEpoch, Token));
        Assert.Equal(uploads.Length, await Store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token));
        Assert.Equal(0, await Store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token));
        await client.AbortMultipartUploadAsync(place.Bucket, other, foreign, Token);
    }

    [Fact]
    public async Task AMissingBucketIsSaidByEveryCall()
    {
        using var nowhere = new S3ObjectStore(place with { Bucket = "never-made" }, TimeProvider.System);
        var name = new ObjectName("x");
        var content = new ReadOnlySequence<byte>([1]);
        foreach (
            Func<Task> call in (Func<Task>[])
                [
                    () => nowhere.PutAsync(name, content, Token),
                    () => nowhere.TryCreateAsync(name, content, Token),
                    () => nowhere.ReadAsync(name, 0, new byte[1], Token),
                    () => nowhere.StatAsync(name, Token),
                    async () => await nowhere.ListAsync("", Token).CountAsync(Token),
                    () => nowhere.DeleteAsync(name, Token),
                    () => nowhere.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token),
                ]
        )
        {
            ObjectError error = await AssertFails(ObjectErrorKind.Failed, call);
            Assert.False(error.Temporary);
            Assert.Contains("There is no bucket 'never-made'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ARefusalSaysWhatToDoAndShowsNoSecret()
    {
        await Put("x", [1]);
        foreach (string key in (string[])[Account.AccessKey, "nobody"])
        {
            using var refused = new S3ObjectStore(
                place with
                {
                    Credentials = new S3Credentials(key, "a wrong secret"),
                },
                TimeProvider.System
            );
            foreach (
                Func<Task> call in (Func<Task>[])
                    [() => refused.StatAsync(new ObjectName("x"), Token), () => refused.DeleteAsync(new("x"), Token)]
            )
            {
                ObjectError error = await AssertFails(ObjectErrorKind.Denied, call);
                Assert.False(error.Temporary);
                Assert.Contains("AWS_ACCESS_KEY_ID", error.Message, StringComparison.Ordinal);
                Assert.DoesNotContain("a wrong secret", error.ToString(), StringComparison.Ordinal);
            }
        }
        Assert.DoesNotContain(Account.SecretKey, place.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyPrefixIsTheWholeBucket()
    {
        using var whole = new S3ObjectStore(place with { Prefix = "" }, TimeProvider.System);
        await Put("a/x", [1, 2]);
        Assert.Equal(2, (await whole.StatAsync(new ObjectName($"{place.Prefix}/a/x"), Token))!.Value.Size);
        Assert.Contains(
            $"{place.Prefix}/a/x",
            await whole.ListAsync("", Token).Select(o => o.Name.Value).ToListAsync(Token)
        );
    }

    private async Task PutForeignAsync(AmazonS3Client client, string key) =>
        await client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = place.Bucket,
                Key = key,
                ContentBody = "",
                UseChunkEncoding = false,
            },
            Token
        );

    private Task<string> BeginAsync(AmazonS3Client client, string name) =>
        BeginAtAsync(client, $"{place.Prefix}/{name}");

    private async Task<string> BeginAtAsync(AmazonS3Client client, string key) =>
        (await client.InitiateMultipartUploadAsync(place.Bucket, key, Token)).UploadId;
}
