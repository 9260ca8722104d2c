using Amazon.Runtime;
using Amazon.S3;

namespace Holdfast.Objects.S3;

/// <summary>The SDK's client, set up for servers of every make.</summary>
internal static class S3Connection
{
    internal static AmazonS3Client Open(S3Options options) =>
        new(
            options.Credentials.SessionToken is { } token
                ? new SessionAWSCredentials(options.Credentials.AccessKey, options.Credentials.SecretKey, token)
                : new BasicAWSCredentials(options.Credentials.AccessKey, options.Credentials.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = options.Endpoint.AbsoluteUri,
                AuthenticationRegion = options.Region,
                ForcePathStyle = true,
                // What the SDK would else send of itself is refused by older servers; the signature covers the payload.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
                // Trying again is the decorator's. A create that was tried again unseen would deny its own object.
                MaxErrorRetry = 0,
                MaxStaleConnectionRetries = 0,
                // Nothing of ~/.aws, of other AWS_ variables or of Amazon's metadata service.
                DefaultConfigurationMode = DefaultConfigurationMode.Standard,
                IgnoreConfiguredEndpointUrls = true,
                DisableS3ExpressSessionAuth = true,
                BufferSize = 128 * 1024,
                HttpClientFactory = new Factory(options),
                CacheHttpClient = true,
            }
        );

    private sealed class Factory(S3Options options) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(
                new AskingFirst(
                    new SocketsHttpHandler
                    {
                        ConnectTimeout = options.Connect,
                        MaxConnectionsPerServer = options.Requests,
                        // So that a service behind a name that moves is found again.
                        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
                        ConnectCallback = PromptStream.ConnectAsync,
                        AllowAutoRedirect = false,
                        UseCookies = false,
                    }
                )
            )
            {
                // Each request has its own watch.
                Timeout = Timeout.InfiniteTimeSpan,
            };
    }

    /// <summary>
    /// The SDK asks whether it may before each payload that it sends. That is a round trip, worth it only where a refusal
    /// would come after so many bytes.
    /// </summary>
    private sealed class AskingFirst(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private const long Worth = 1 << 20;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            request.Headers.ExpectContinue = request.Content?.Headers.ContentLength >= Worth;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
