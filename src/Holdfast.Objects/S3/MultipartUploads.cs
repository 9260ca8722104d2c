using System.Buffers;
using System.Text.RegularExpressions;
using Amazon.S3.Model;

namespace Holdfast.Objects.S3;

/// <summary>Large objects, stored in parts; and what is left of such uploads that never ended.</summary>
internal sealed partial class MultipartUploads(S3Requests requests)
{
    private readonly S3Options options = requests.Options;

    /// <summary>A repository's, at the root or one folder beneath, or an export's.</summary>
    [GeneratedRegex(
        @"\A(([^/]+/)?(data/[0-9a-f]{2}|index|snapshots|keys|locks)/[0-9a-f]{64}|export/[^/]+/[0-9]{12})\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex OwnKey();

    /// <summary>
    /// The object appears, whole, with the last request. Whatever fails before leaves parts, which are removed at once if
    /// the store lets us, and else by <see cref="RemoveAsync"/>.
    /// </summary>
    internal async Task PutAsync(string key, ReadOnlySequence<byte> content, CancellationToken cancellationToken)
    {
        var start = new InitiateMultipartUploadRequest
        {
            BucketName = options.Bucket,
            Key = key,
            ContentType = S3ObjectStore.ContentType,
        };
        string what = $"store '{requests.Where(key)}' in parts";
        InitiateMultipartUploadResponse begun = await requests.SendAsync(
            what,
            (client, watch) => client.InitiateMultipartUploadAsync(start, watch.Token),
            cancellationToken
        );
        try
        {
            var complete = new CompleteMultipartUploadRequest
            {
                BucketName = options.Bucket,
                Key = key,
                UploadId = begun.UploadId,
                PartETags = await PutPartsAsync(key, begun.UploadId, content, cancellationToken),
            };
            await requests.SendAsync(
                what,
                (client, watch) => client.CompleteMultipartUploadAsync(complete, watch.Token),
                cancellationToken
            );
        }
        catch
        {
            await TryAbortAsync(key, begun.UploadId);
            throw;
        }
    }

    /// <summary>
    /// Aborts the uploads beneath the prefix that began before the moment. In a whole bucket only those of repositories and
    /// exports: there may be others' too.
    /// </summary>
    /// <returns>How many there were.</returns>
    internal async Task<int> RemoveAsync(
        string prefix,
        DateTimeOffset startedBefore,
        CancellationToken cancellationToken
    )
    {
        int removed = 0;
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = prefix };
        ListMultipartUploadsResponse page;
        do
        {
            page = await requests.SendAsync(
                $"list unfinished uploads of '{requests.Where(prefix)}'",
                (client, watch) => client.ListMultipartUploadsAsync(request, watch.Token),
                cancellationToken
            );
            foreach (MultipartUpload upload in page.MultipartUploads ?? [])
            {
                if (
                    upload.Initiated is { } began
                    && new DateTimeOffset(began.ToUniversalTime()) < startedBefore
                    && (prefix.Length > 0 || OwnKey().IsMatch(upload.Key))
                )
                {
                    await AbortAsync(upload.Key, upload.UploadId, cancellationToken);
                    removed++;
                }
            }
            if (
                page.IsTruncated == true
                && (
                    string.IsNullOrEmpty(page.NextKeyMarker)
                    || (page.NextKeyMarker, page.NextUploadIdMarker) == (request.KeyMarker, request.UploadIdMarker)
                )
            )
            {
                throw S3Errors.EndlessListing(options);
            }
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        } while (page.IsTruncated == true);
        return removed;
    }

    // One after the other: it is packs that are stored side by side.
    private async Task<List<PartETag>> PutPartsAsync(
        string key,
        string upload,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        List<PartETag> parts = [];
        for (long offset = 0; offset < content.Length; offset += options.PartBytes)
        {
            ReadOnlySequence<byte> part = content.Slice(offset, Math.Min(options.PartBytes, content.Length - offset));
            int number = parts.Count + 1;
            UploadPartResponse stored = await requests.SendAsync(
                $"store part {number} of '{requests.Where(key)}'",
                async (client, watch) =>
                {
                    await using var stream = new SequenceStream(part, watch.Heard);
                    var request = new UploadPartRequest
                    {
                        BucketName = options.Bucket,
                        Key = key,
                        UploadId = upload,
                        PartNumber = number,
                        PartSize = part.Length,
                        InputStream = stream,
                        UseChunkEncoding = false,
                        DisablePayloadSigning = false,
                    };
                    return await client.UploadPartAsync(request, watch.Token);
                },
                cancellationToken
            );
            parts.Add(new PartETag(number, stored.ETag));
        }
        return parts;
    }

    private async Task TryAbortAsync(string key, string upload)
    {
        try
        {
            // Not the caller's token: a cancelled upload is to be aborted too.
            await AbortAsync(key, upload, CancellationToken.None);
        }
        catch (ObjectError)
        {
            // The first failure is the one to tell.
        }
    }

    private Task AbortAsync(string key, string upload, CancellationToken cancellationToken) =>
        requests.RemoveAsync(
            $"abort an upload of '{requests.Where(key)}'",
            (client, watch) => client.AbortMultipartUploadAsync(options.Bucket, key, upload, watch.Token),
            cancellationToken
        );
}
