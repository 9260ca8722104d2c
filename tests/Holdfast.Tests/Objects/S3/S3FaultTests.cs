using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Holdfast.Objects;
using Holdfast.Objects.Decorators;
using Holdfast.Objects.S3;
using Holdfast.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

/// <summary>What the S3 store makes of stores that fail, are slow, or have manners of their own.</summary>
public sealed class S3FaultTests : IAsyncLifetime
{
    private static readonly ObjectName Name = new("a/x");
    private static readonly ReadOnlySequence<byte> Content = new(new byte[100_000]);

    private ScriptedS3 server = null!;
    private S3ObjectStore store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await ScriptedS3.StartAsync();
        store = new S3ObjectStore(server.Place, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(500, "InternalError", ObjectErrorKind.Unavailable, true)]
    [InlineData(503, "SlowDown", ObjectErrorKind.Unavailable, true)]
    [InlineData(400, "InternalError", ObjectErrorKind.Unavailable, true)]
    [InlineData(403, "SlowDown", ObjectErrorKind.Unavailable, true)]
    [InlineData(503, "ServiceUnavailable", ObjectErrorKind.Unavailable, true)]
    [InlineData(429, "TooManyRequests", ObjectErrorKind.Unavailable, true)]
    [InlineData(409, "ConditionalRequestConflict", ObjectErrorKind.Unavailable, true)]
    [InlineData(400, "RequestTimeout", ObjectErrorKind.Unavailable, true)]
    [InlineData(400, "BadDigest", ObjectErrorKind.Unavailable, true)]
    [InlineData(400, "XAmzContentSHA256Mismatch", ObjectErrorKind.Unavailable, true)]
    [InlineData(507, "InsufficientStorage", ObjectErrorKind.Full, true)]
    [InlineData(403, "QuotaExceeded", ObjectErrorKind.Full, true)]
    [InlineData(403, "AccessDenied", ObjectErrorKind.Denied, false)]
    [InlineData(403, "SignatureDoesNotMatch", ObjectErrorKind.Denied, false)]
    [InlineData(403, "RequestTimeTooSkewed", ObjectErrorKind.Denied, true)]
    [InlineData(301, "PermanentRedirect", ObjectErrorKind.Denied, false)]
    [InlineData(400, "AuthorizationHeaderMalformed", ObjectErrorKind.Denied, false)]
    [InlineData(404, "NoSuchBucket", ObjectErrorKind.Failed, false)]
    [InlineData(400, "InvalidRequest", ObjectErrorKind.Failed, false)]
    [InlineData(501, "NotImplemented", ObjectErrorKind.Unsupported, false)]
    public async Task AnAnswerIsAnErrorOfOurs(int status, string code, ObjectErrorKind kind, bool temporary)
    {
        server.Answer = http => ScriptedS3.RefuseAsync(http, status, code);
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() => store.PutAsync(Name, Content, Token));
        Assert.Equal((kind, temporary), (error.Kind, error.Temporary));
        Assert.Contains("bucket", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task AStoreThatNeverAnswersIsGivenUpForNow()
    {
        server.Answer = ScriptedS3.HangAsync;
        using var hurried = new S3ObjectStore(
            server.Place with
            {
                Silence = TimeSpan.FromSeconds(0.2),
            },
            TimeProvider.System
        );
        foreach (
            Func<Task> call in (Func<Task>[])
                [
                    () => hurried.PutAsync(Name, Content, Token),
                    () => hurried.TryCreateAsync(Name, Content, Token),
                    () => hurried.ReadAsync(Name, 0, new byte[1], Token),
                    () => hurried.StatAsync(Name, Token),
                    async () => await hurried.ListAsync("", Token).CountAsync(Token),
                    () => hurried.DeleteAsync(Name, Token),
                    () => hurried.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token),
                ]
        )
        {
            ObjectError error = await Assert.ThrowsAsync<ObjectError>(call);
            Assert.Equal((ObjectErrorKind.Unavailable, true), (error.Kind, error.Temporary));
            Assert.Contains("silent for 0.2 s", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAnswerThatStopsHalfwayIsGivenUpForNow(bool hangs)
    {
        server.Answer = async http =>
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.ContentLength = 100;
            await http.Response.Body.WriteAsync(new byte[50]);
            await http.Response.Body.FlushAsync();
            if (hangs)
            {
                await ScriptedS3.HangAsync(http);
            }
            http.Abort();
        };
        using var hurried = new S3ObjectStore(
            server.Place with
            {
                Silence = TimeSpan.FromSeconds(0.2),
            },
            TimeProvider.System
        );
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() =>
            hurried.ReadAsync(Name, 0, new byte[100], Token)
        );
        Assert.Equal((ObjectErrorKind.Unavailable, true), (error.Kind, error.Temporary));
    }

    [Fact(Timeout = 60_000)]
    public async Task ACallerWhoGoesIsNotAnError()
    {
        server.Answer = ScriptedS3.HangAsync;
        using var leaving = new CancellationTokenSource();
        Task put = store.PutAsync(Name, Content, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
    }

    [Theory]
    [InlineData(100_000, false)]
    [InlineData(5_000_000, true)]
    public async Task OnlyBeforeMuchIsTheStoreAskedWhetherItWillTakeIt(int length, bool asked)
    {
        bool expects = !asked;
        server.Answer = http =>
        {
            expects = http.Request.Headers.Expect.Count > 0;
            return server.KeepAsync(http);
        };
        await store.PutAsync(Name, new ReadOnlySequence<byte>(new byte[length]), Token);
        Assert.Equal(asked, expects);
        Assert.Equal(length, server["a/x"].Length);
    }

    [Fact]
    public async Task AStoreThatSendsTheWholeForAPartCannotBeUsed()
    {
        server.Answer = http => http.Response.Body.WriteAsync(new byte[100]).AsTask();
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() => store.ReadAsync(Name, 10, new byte[20], Token));
        Assert.Equal(ObjectErrorKind.Unsupported, error.Kind);
    }

    [Fact]
    public async Task APageThatIsNoListingIsGivenUpForNow()
    {
        server.Answer = http => http.Response.WriteAsync("<html>Please sign in<br></html>");
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(async () =>
            await store.ListAsync("", Token).CountAsync(Token)
        );
        Assert.Equal((ObjectErrorKind.Unavailable, true), (error.Kind, error.Temporary));
    }

    [Fact]
    public async Task AListingGoesOnWithThePageThatFailed()
    {
        ConcurrentQueue<int> asked = ServeListing(pages: 5, refused: 2, times: 3);
        var retrying = new RetryObjectStore(store, new RetryOptions(), new EagerTime());
        List<ObjectInfo> listed = await retrying.ListAsync("a", Token).ToListAsync(Token);
        Assert.Equal(["a/0", "a/1", "a/2", "a/3", "a/4"], listed.Select(info => info.Name.Value));
        Assert.Equal([0, 1, 2, 2, 2, 2, 3, 4], asked);
    }

    [Fact]
    public async Task TheFirstOfAListingIsSeenBeforeItsNextPageIsAskedFor()
    {
        ConcurrentQueue<int> asked = ServeListing(pages: 5, refused: 2, times: 0);
        var retrying = new RetryObjectStore(store, new RetryOptions(), new EagerTime());
        Assert.Equal("a/0", (await retrying.ListAsync("a", Token).FirstAsync(Token)).Name.Value);
        Assert.Equal([0], asked);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("<NextContinuationToken>again</NextContinuationToken>")]
    public async Task AListingThatNeverEndsIsRefused(string next)
    {
        server.Answer = http =>
            http.Response.WriteAsync($"<ListBucketResult><IsTruncated>true</IsTruncated>{next}</ListBucketResult>");
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(async () =>
            await store.ListAsync("", Token).CountAsync(Token)
        );
        Assert.Equal((ObjectErrorKind.Unsupported, false), (error.Kind, error.Temporary));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("<NextKeyMarker>prefix/x</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>")]
    public async Task AListingOfUploadsThatNeverEndsIsRefused(string next)
    {
        server.Answer = http => http.Response.WriteAsync(Uploads($"<IsTruncated>true</IsTruncated>{next}"));
        ObjectError error = await Assert.ThrowsAsync<ObjectError>(() =>
            store.RemoveUnfinishedAsync(DateTimeOffset.MaxValue, Token)
        );
        Assert.Equal((ObjectErrorKind.Unsupported, false), (error.Kind, error.Temporary));
    }

    [Fact]
    public async Task InAWholeBucketOnlyUploadsOfOurNamesAreAborted()
    {
        string hex = new('a', 64);
        string[] own =
        [
            $"data/aa/{hex}",
            $"project/data/aa/{hex}",
            $"project/index/{hex}",
            "export/project/000000000012",
        ];
        string[] others =
        [
            "video",
            $"{hex}",
            $"a/b/data/aa/{hex}",
            $"data/{hex}",
            $"data/aa/{hex}.mp4",
            "export/project/x",
        ];
        string listed = string.Concat(
            own.Concat(others)
                .Select(key =>
                    $"<Upload><Key>{key}</Key><UploadId>1</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated></Upload>"
                )
        );
        var aborted = new ConcurrentQueue<string>();
        server.Answer = http =>
        {
            if (HttpMethods.IsDelete(http.Request.Method))
            {
                aborted.Enqueue(http.Request.Path.Value!["/bucket/".Length..]);
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
            return http.Response.WriteAsync(Uploads(listed));
        };
        using var whole = new S3ObjectStore(server.Place with { Prefix = "" }, TimeProvider.System);
        Assert.Equal(own.Length, await whole.RemoveUnfinishedAsync(DateTimeOffset.UtcNow, Token));
        Assert.Equal(own, aborted);
    }

    [Fact]
    public async Task SlownessIsMetWithPatienceAndEndsWithTheObjectStored()
    {
        var time = new EagerTime();
        var retrying = new RetryObjectStore(store, new RetryOptions(), time);
        server.Answer = http =>
            server.Requests.Count < 4 ? ScriptedS3.RefuseAsync(http, 503, "SlowDown") : server.KeepAsync(http);
        await retrying.PutAsync(Name, Content, Token);
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(Content.ToArray(), server["a/x"]);
        Assert.InRange(time.Elapsed, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(501)]
    public async Task WithoutConditionsTheFirstOfThisProcessCreates(int toConditions)
    {
        server.Answer = http =>
            toConditions != 200 && http.Request.Headers.IfNoneMatch.Count > 0
                ? ScriptedS3.RefuseAsync(http, toConditions, "NotImplemented")
                : server.KeepAsync(http);
        bool[] created = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i => Task.Run(() => store.TryCreateAsync(Name, new ReadOnlySequence<byte>([(byte)i]), Token)))
        );
        Assert.Equal([(byte)Array.IndexOf(created, true)], server["a/x"]);
        Assert.Single(created, won => won);
        // The store is known now: it is not asked for what it cannot do again.
        server.Requests.Clear();
        Assert.True(await store.TryCreateAsync(new ObjectName("a/y"), Content, Token));
        Assert.Equal(["HEAD", "HEAD", "PUT"], server.Requests);
    }

    [Fact]
    public async Task WithConditionsOneRequestCreatesOnceTheStoreIsKnown()
    {
        server.Answer = http =>
            http.Request.Headers.IfNoneMatch.Count > 0 && server.Holds(http)
                ? ScriptedS3.RefuseAsync(http, 412, "PreconditionFailed")
                : server.KeepAsync(http);
        Assert.True(await store.TryCreateAsync(Name, Content, Token));
        server.Requests.Clear();
        Assert.False(await store.TryCreateAsync(Name, Content, Token));
        Assert.True(await store.TryCreateAsync(new ObjectName("a/y"), Content, Token));
        Assert.Equal(["PUT", "PUT"], server.Requests);
    }

    [Fact]
    public async Task ACreationWhoseProbeFailedIsKnownAsOurs()
    {
        var retrying = new RetryObjectStore(store, new RetryOptions(), new EagerTime());
        int puts = 0;
        server.Answer = http =>
            HttpMethods.IsPut(http.Request.Method) && ++puts == 2
                ? ScriptedS3.RefuseAsync(http, 503, "SlowDown")
                : server.KeepAsync(http);
        Assert.True(await retrying.TryCreateAsync(Name, Content, Token));
    }

    /// <summary>Answers with so many pages of one object each, one of which is refused some times.</summary>
    /// <returns>The pages that were asked for.</returns>
    private ConcurrentQueue<int> ServeListing(int pages, int refused, int times)
    {
        ConcurrentQueue<int> asked = [];
        server.Answer = http =>
        {
            string? token = http.Request.Query["continuation-token"];
            int page = token is null ? 0 : int.Parse(token, CultureInfo.InvariantCulture);
            asked.Enqueue(page);
            if (page == refused && asked.Count(one => one == page) <= times)
            {
                return ScriptedS3.RefuseAsync(http, 503, "SlowDown");
            }
            string next =
                page + 1 < pages
                    ? $"<IsTruncated>true</IsTruncated><NextContinuationToken>{page + 1}</NextContinuationToken>"
                    : "<IsTruncated>false</IsTruncated>";
            string found =
                $"<Contents><Key>prefix/a/{page}</Key><Size>1</Size><LastModified>2020-01-01T00:00:00Z</LastModified></Contents>";
            return http.Response.WriteAsync($"<ListBucketResult>{next}{found}</ListBucketResult>");
        };
        return asked;
    }

    private static string Uploads(string content) =>
        $"<ListMultipartUploadsResult>{content}</ListMultipartUploadsResult>";
}
