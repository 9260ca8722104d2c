using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.Objects.Decorators;

namespace Holdfast.Objects.S3;

/// <summary>
/// Objects in a bucket of an S3-compatible store, named as restic's S3 backend does, so that both can use the same
/// repository. Requests name the bucket in their path, are signed with their payload's SHA-256, and end when the store is
/// silent too long. None is tried again here but those for a listing's pages: that is a decorator's.
/// </summary>
/// <remarks>
/// Creating is atomic where the store honours <c>If-None-Match: *</c>, which the first creation finds out. Elsewhere it is
/// so among the users of this instance alone; between processes a name may then be taken twice, and the last one stays.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    internal const string ContentType = "application/octet-stream";

    private readonly S3Options options;
    private readonly S3Requests requests;
    private readonly MultipartUploads uploads;
    private readonly Retries retries;
    private readonly SemaphoreSlim creating = new(1, 1);
    private readonly string root;
    private volatile Conditions conditions;

    /// <summary>Sends nothing yet.</summary>
    public S3ObjectStore(S3Options options, TimeProvider time)
    {
        this.options = options;
        root = options.Prefix.Length == 0 ? "" : $"{new ObjectName(options.Prefix)}/";
        requests = new S3Requests(options, time);
        uploads = new MultipartUploads(requests);
        retries = new Retries(options.ListRetry, time);
    }

    /// <summary>What the store makes of a request that must not replace an object.</summary>
    private enum Conditions
    {
        Unknown,
        Honoured,
        Ignored,
    }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        content.Length > options.MultipartAbove
            ? uploads.PutAsync(Key(name), content, cancellationToken)
            : PutWholeAsync(name, content, onlyIfFree: false, cancellationToken);

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        if (conditions == Conditions.Honoured)
        {
            return await PutIfFreeAsync(name, content, cancellationToken);
        }
        await creating.WaitAsync(cancellationToken);
        try
        {
            if (await StatAsync(name, cancellationToken) is not null)
            {
                return false;
            }
            if (conditions != Conditions.Ignored)
            {
                return await CreateFirstAsync(name, content, cancellationToken);
            }
            await PutWholeAsync(name, content, onlyIfFree: false, cancellationToken);
            return true;
        }
        finally
        {
            creating.Release();
        }
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        if (destination.IsEmpty)
        {
            // There is no range of no bytes.
            ObjectInfo info = await StatAsync(name, cancellationToken) ?? throw NotFound(name);
            ThrowIfTooShort(name, info.Size, offset);
            return;
        }
        var request = new GetObjectRequest
        {
            BucketName = options.Bucket,
            Key = Key(name),
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
        };
        await requests.SendAsync(
            $"read '{Where(name)}'",
            async (client, watch) =>
            {
                using GetObjectResponse answer = await client.GetObjectAsync(request, watch.Token);
                ThrowIfNotPart(name, answer);
                ThrowIfTooShort(name, offset + answer.ContentLength, offset + destination.Length);
                await FillAsync(answer.ResponseStream, destination, watch);
                return true;
            },
            cancellationToken
        );
    }

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        GetObjectMetadataResponse? found = await requests.SendAsync(
            $"look for '{Where(name)}'",
            async (client, watch) =>
            {
                try
                {
                    return await client.GetObjectMetadataAsync(options.Bucket, Key(name), watch.Token);
                }
                catch (AmazonS3Exception error) when (S3Errors.IsMissing(error))
                {
                    return null;
                }
            },
            cancellationToken
        );
        if (found is null)
        {
            await ThrowIfNoBucketAsync(cancellationToken);
            return null;
        }
        return new ObjectInfo(name, found.ContentLength, Seconds(found.LastModified));
    }

    /// <summary>
    /// A page of the store's at a time, in the order of names' bytes. A page that failed is asked for again: a long listing would
    /// else begin anew, time and again.
    /// </summary>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string beneath = prefix.Length == 0 ? root : $"{root}{new ObjectName(prefix)}/";
        var request = new ListObjectsV2Request
        {
            BucketName = options.Bucket,
            Prefix = beneath,
            MaxKeys = options.ListPage,
        };
        ListObjectsV2Response page;
        do
        {
            page = await retries.RunAsync(
                token =>
                    requests.SendAsync(
                        $"list '{requests.Where(beneath)}'",
                        (client, watch) => client.ListObjectsV2Async(request, watch.Token),
                        token
                    ),
                cancellationToken
            );
            foreach (S3Object found in page.S3Objects ?? [])
            {
                // What others keep in the bucket is nothing of ours.
                if (ObjectName.IsValid(found.Key[root.Length..]))
                {
                    var name = new ObjectName(found.Key[root.Length..]);
                    yield return new ObjectInfo(name, found.Size ?? 0, Seconds(found.LastModified));
                }
            }
            if (
                page.IsTruncated == true
                && (
                    string.IsNullOrEmpty(page.NextContinuationToken)
                    || page.NextContinuationToken == request.ContinuationToken
                )
            )
            {
                throw S3Errors.EndlessListing(options);
            }
            request.ContinuationToken = page.NextContinuationToken;
        } while (page.IsTruncated == true);
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        requests.RemoveAsync(
            $"remove '{Where(name)}'",
            (client, watch) => client.DeleteObjectAsync(options.Bucket, Key(name), watch.Token),
            cancellationToken
        );

    public Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        uploads.RemoveAsync(root, startedBefore, cancellationToken);

    public void Dispose()
    {
        requests.Dispose();
        creating.Dispose();
    }

    /// <summary>The whole object with one request, which is atomic.</summary>
    private Task<PutObjectResponse> PutWholeAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        bool onlyIfFree,
        CancellationToken cancellationToken
    ) =>
        requests.SendAsync(
            $"store '{Where(name)}'",
            async (client, watch) =>
            {
                await using var stream = new SequenceStream(content, watch.Heard);
                var request = new PutObjectRequest
                {
                    BucketName = options.Bucket,
                    Key = Key(name),
                    InputStream = stream,
                    ContentType = ContentType,
                    // Servers other than Amazon's store the chunks' framing, or refuse it.
                    UseChunkEncoding = false,
                    DisablePayloadSigning = false,
                    IfNoneMatch = onlyIfFree ? "*" : null,
                };
                return await client.PutObjectAsync(request, watch.Token);
            },
            cancellationToken
        );

    private async Task<bool> PutIfFreeAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await PutWholeAsync(name, content, onlyIfFree: true, cancellationToken);
            return true;
        }
        catch (ObjectError error) when (S3Errors.StatusOf(error) == HttpStatusCode.PreconditionFailed)
        {
            return false;
        }
    }

    /// <summary>
    /// Creates what was not there a moment ago, and learns by it what the store makes of the condition: some refuse it, and
    /// some pass over it, so that the same request succeeds twice.
    /// </summary>
    private async Task<bool> CreateFirstAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        try
        {
            bool created = await PutIfFreeAsync(name, content, cancellationToken);
            bool ignored = created && await PutIfFreeAsync(name, content, cancellationToken);
            conditions = ignored ? Conditions.Ignored : Conditions.Honoured;
            return created;
        }
        catch (ObjectError error)
            when (!error.Temporary
                && S3Errors.StatusOf(error)
                    is HttpStatusCode.BadRequest
                        or HttpStatusCode.MethodNotAllowed
                        or HttpStatusCode.NotImplemented
            )
        {
            // If it was not the condition that the store refuses, it will refuse this too.
            await PutWholeAsync(name, content, onlyIfFree: false, cancellationToken);
            conditions = Conditions.Ignored;
            return true;
        }
    }

    /// <summary>Asked only for an object's head, a store does not say why there is none.</summary>
    private Task<HeadBucketResponse> ThrowIfNoBucketAsync(CancellationToken cancellationToken) =>
        requests.SendAsync(
            $"look for the bucket '{options.Bucket}'",
            async (client, watch) =>
            {
                try
                {
                    var request = new HeadBucketRequest { BucketName = options.Bucket };
                    return await client.HeadBucketAsync(request, watch.Token);
                }
                catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound)
                {
                    throw S3Errors.NoBucket(options, error);
                }
            },
            cancellationToken
        );

    private static async Task FillAsync(Stream body, Memory<byte> destination, SilenceWatch watch)
    {
        while (!destination.IsEmpty)
        {
            int read = await body.ReadAsync(destination, watch.Token);
            if (read == 0)
            {
                throw new EndOfStreamException("The answer broke off.");
            }
            destination = destination[read..];
            watch.Heard();
        }
    }

    private void ThrowIfTooShort(ObjectName name, long size, long needed)
    {
        if (size < needed)
        {
            throw new ObjectError(
                ObjectErrorKind.Damaged,
                temporary: false,
                $"'{Where(name)}' at {options.Endpoint} ends at byte {size}, {needed - size} bytes too early."
            );
        }
    }

    private void ThrowIfNotPart(ObjectName name, GetObjectResponse answer)
    {
        if (answer.HttpStatusCode != HttpStatusCode.PartialContent)
        {
            throw new ObjectError(
                ObjectErrorKind.Unsupported,
                temporary: false,
                $"The store at {options.Endpoint} cannot be used: it cannot send a part of '{Where(name)}' alone."
            );
        }
    }

    private ObjectError NotFound(ObjectName name) =>
        new(ObjectErrorKind.NotFound, temporary: false, $"There is no '{Where(name)}' at {options.Endpoint}.");

    private string Key(ObjectName name) => root + name.Value;

    private string Where(ObjectName name) => requests.Where(Key(name));

    // Some of the store's answers have fractions of a second, and some not.
    private static DateTimeOffset Seconds(DateTime? modified)
    {
        var exact = new DateTimeOffset((modified ?? DateTime.UnixEpoch).ToUniversalTime());
        return exact.AddTicks(-(exact.Ticks % TimeSpan.TicksPerSecond));
    }
}
