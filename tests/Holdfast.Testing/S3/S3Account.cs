using Amazon.S3;
using Amazon.S3.Model;
using Holdfast.Objects.S3;

namespace Holdfast.Testing.S3;

/// <summary>Somebody who may use an S3 server, and what tests do there beside the store that they test.</summary>
public sealed record S3Account(Uri Endpoint, string AccessKey, string SecretKey)
{
    public const string Region = "us-east-1";

    /// <summary>A part of a bucket that nobody else uses: the bucket is made if it is not there.</summary>
    public async Task<S3Options> NewPlaceAsync()
    {
        const string Bucket = "tests";
        using AmazonS3Client client = Open();
        try
        {
            await client.PutBucketAsync(new PutBucketRequest { BucketName = Bucket, UseClientRegion = false });
        }
        catch (AmazonS3Exception error) when (error.ErrorCode is "BucketAlreadyExists" or "BucketAlreadyOwnedByYou") { }
        return Place(Bucket, $"prefix/{Guid.NewGuid():N}");
    }

    /// <summary>A bucket, there or not, and a prefix in it.</summary>
    public S3Options Place(string bucket, string prefix) =>
        new()
        {
            Endpoint = Endpoint,
            Region = Region,
            Bucket = bucket,
            Prefix = prefix,
            Credentials = new S3Credentials(AccessKey, SecretKey),
        };

    /// <summary>How restic and <c>holdfast repo</c> write a place.</summary>
    public string RepositoryAt(S3Options place) =>
        $"s3:{Endpoint.GetLeftPart(UriPartial.Authority)}/{place.Bucket}/{place.Prefix}";

    /// <summary>How the service's settings write a place.</summary>
    public string StoreAt(S3Options place) =>
        $"s3://{place.Bucket}/{place.Prefix}?endpoint={Endpoint.GetLeftPart(UriPartial.Authority)}&region={Region}";

    /// <summary>The variables that make a process this account's.</summary>
    public IReadOnlyDictionary<string, string?> Environment =>
        new Dictionary<string, string?>
        {
            ["AWS_ACCESS_KEY_ID"] = AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
            ["AWS_SESSION_TOKEN"] = null,
            ["AWS_PROFILE"] = null,
            ["AWS_REGION"] = null,
            ["AWS_DEFAULT_REGION"] = Region,
        };

    /// <summary>A plain client of the SDK's. Dispose it.</summary>
    public AmazonS3Client Open() =>
        new(
            AccessKey,
            SecretKey,
            new AmazonS3Config
            {
                ServiceURL = Endpoint.AbsoluteUri,
                AuthenticationRegion = Region,
                ForcePathStyle = true,
                RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = Amazon.Runtime.ResponseChecksumValidation.WHEN_REQUIRED,
            }
        );
}
