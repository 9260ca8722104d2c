using Holdfast.Objects.S3;

namespace Holdfast.Testing.S3;

/// <summary>A prefix of a bucket, whether either is there or not, in the ways that it is written.</summary>
public sealed record S3Place(S3Account Account, string Bucket, string Prefix)
{
    private string Server => Account.Endpoint.GetLeftPart(UriPartial.Authority);

    /// <summary>As restic and <c>holdfast repo</c> take it.</summary>
    public string Repository => $"s3:{Server}/{Bucket}/{Prefix}";

    /// <summary>As the service's setting has it.</summary>
    public string Setting => $"s3://{Bucket}/{Prefix}?endpoint={Server}&region={S3Account.Region}";

    /// <summary>As the store takes it.</summary>
    public S3Options Options =>
        new()
        {
            Endpoint = Account.Endpoint,
            Region = S3Account.Region,
            Bucket = Bucket,
            Prefix = Prefix,
            Credentials = new S3Credentials(Account.AccessKey, Account.SecretKey),
        };
}
