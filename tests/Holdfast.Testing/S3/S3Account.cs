using Amazon.S3;
using Amazon.S3.Model;

namespace Holdfast.Testing.S3;

/// <summary>Somebody who may use an S3 server, and what tests do there beside the store that they test.</summary>
public sealed record S3Account(Uri Endpoint, string AccessKey, string SecretKey)
{
    public const string Region = "us-east-1";

    /// <summary>A part of a bucket that nobody else uses: the bucket is made if it is not there.</summary>
    public async Task<S3Place> NewPlaceAsync()
    {
        const string Bucket = "tests";
        using AmazonS3Client client = Open();
        try
        {
            await client.PutBucketAsync(new PutBucketRequest { BucketName = Bucket, UseClientRegion = false });
        }
        catch (AmazonS3Exception error) when (error.ErrorCode is "BucketAlreadyExists" or "BucketAlreadyOwnedByYou") { }
        return new S3Place(this, Bucket, $"prefix/{Guid.NewGuid():N}");
    }

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
