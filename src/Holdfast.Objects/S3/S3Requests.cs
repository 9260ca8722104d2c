using Amazon.S3;

namespace Holdfast.Objects.S3;

/// <summary>
/// What every request goes through: so many at once, each watched while it is under way, and a failure is an error of ours.
/// </summary>
internal sealed class S3Requests(S3Options options, TimeProvider time) : IDisposable
{
    private readonly AmazonS3Client client = S3Connection.Open(options);

    // Turns are taken before the watch begins: a request that waits for others is not one that the store lets wait.
    private readonly SemaphoreSlim turns = new(options.Requests, options.Requests);

    internal S3Options Options => options;

    /// <param name="what">What is tried on which object, for messages: <c>read 'bucket/key'</c>.</param>
    /// <param name="request">May throw errors of ours, which stay as they are.</param>
    internal async Task<T> SendAsync<T>(
        string what,
        Func<AmazonS3Client, SilenceWatch, Task<T>> request,
        CancellationToken cancellationToken
    )
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            using var watch = new SilenceWatch(options.Silence, time, cancellationToken);
            try
            {
                return await request(client, watch);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception error) when (error is not ObjectError)
            {
                throw S3Errors.From(error, watch, what, options);
            }
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The same, for a removal: what is not there has been removed.</summary>
    internal Task RemoveAsync(
        string what,
        Func<AmazonS3Client, SilenceWatch, Task> request,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            what,
            async (client, watch) =>
            {
                try
                {
                    await request(client, watch);
                }
                catch (AmazonS3Exception error) when (S3Errors.IsMissing(error)) { }
                return true;
            },
            cancellationToken
        );

    /// <summary>Bucket and key, for messages.</summary>
    internal string Where(string key) => $"{options.Bucket}/{key}";

    public void Dispose()
    {
        client.Dispose();
        turns.Dispose();
    }
}
