using Holdfast.Hosting;
using Holdfast.Objects.S3;
using Xunit;

namespace Holdfast.Tests.Hosting;

public sealed class S3LocationTests
{
    private static string? Credentials(string name) =>
        name switch
        {
            "AWS_ACCESS_KEY_ID" => "key",
            "AWS_SECRET_ACCESS_KEY" => "hidden",
            _ => null,
        };

    [Theory]
    [InlineData(
        "s3://bucket/a/prefix?endpoint=http://127.0.0.1:8300&region=here",
        "http://127.0.0.1:8300/",
        "a/prefix",
        "here"
    )]
    [InlineData("s3://bucket/p/?endpoint=https%3A%2F%2Fs3.example.org", "https://s3.example.org/", "p", "us-east-1")]
    [InlineData("s3://bucket?region=eu-west-3", "https://s3.eu-west-3.amazonaws.com/", "", "eu-west-3")]
    [InlineData("s3://bucket", "https://s3.us-east-1.amazonaws.com/", "", "us-east-1")]
    public void A_setting_names_bucket_prefix_endpoint_and_region(
        string text,
        string endpoint,
        string prefix,
        string region
    )
    {
        S3Options place = S3Location.ReadSetting(text, Credentials);

        Assert.Equal(
            (new Uri(endpoint), "bucket", prefix, region),
            (place.Endpoint, place.Bucket, place.Prefix, place.Region)
        );
    }

    [Theory]
    [InlineData("s3:http://127.0.0.1:8300/bucket/a/prefix", "http://127.0.0.1:8300/", "a/prefix")]
    [InlineData("s3:https://s3.example.org/bucket", "https://s3.example.org/", "")]
    [InlineData("s3:s3.example.org/bucket/p", "https://s3.example.org/", "p")]
    [InlineData("s3://s3.example.org:9000/bucket/p/", "https://s3.example.org:9000/", "p")]
    public void A_repository_is_written_as_restic_does(string text, string endpoint, string prefix)
    {
        S3Options place = S3Location.ReadRepository(text, Credentials);

        Assert.Equal((new Uri(endpoint), "bucket", prefix), (place.Endpoint, place.Bucket, place.Prefix));
    }

    [Fact]
    public void The_region_may_come_from_the_variables()
    {
        S3Options place = S3Location.ReadSetting(
            "s3://bucket",
            name => name == "AWS_REGION" ? "there" : Credentials(name)
        );

        Assert.Equal("there", place.Region);
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///prefix")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../other")]
    [InlineData("s3://bucket/pre fix")]
    [InlineData("s3://key:hidden@bucket/p")]
    [InlineData("s3://bucket?endpoint=s3.example.org")]
    [InlineData("s3://bucket?endpoint=https://key:hidden@s3.example.org")]
    [InlineData("s3://bucket?endpoint=https://s3.example.org/path")]
    [InlineData("s3://bucket?endpoint=ftp://s3.example.org")]
    [InlineData("s3://bucket?region=")]
    [InlineData("s3://bucket?region=a/b")]
    [InlineData("s3://bucket?secret=hidden")]
    public void A_setting_that_makes_no_sense_is_refused_without_showing_it(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => S3Location.ReadSetting(text, Credentials));

        Assert.StartsWith("must ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3:")]
    [InlineData("s3:https://s3.example.org")]
    [InlineData("s3:https://key:hidden@s3.example.org/bucket")]
    public void A_repository_that_makes_no_sense_is_refused_without_showing_it(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => S3Location.ReadRepository(text, Credentials));

        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("AWS_SECRET_ACCESS_KEY")]
    public void Without_credentials_the_missing_variable_is_named(string missing)
    {
        FormatException error = Assert.Throws<FormatException>(() =>
            S3Location.ReadSetting("s3://bucket", name => name == missing ? null : Credentials(name))
        );

        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }
}
