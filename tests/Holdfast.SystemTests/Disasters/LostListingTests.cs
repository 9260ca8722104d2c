using System.Net;
using Amazon.S3;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.SystemTests.Disasters;

/// <summary>A gateway that has all objects, and does not list them.</summary>
[Trait("e2e", "disasters")]
public sealed class LostListingTests : IAsyncLifetime
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    private CephGateway gateway = null!;
    private S3Place place = null!;
    private HoldfastServer server = null!;
    private Tenant tenant = null!;
    private Share share = null!;
    private string backup = "";

    public async ValueTask InitializeAsync()
    {
        gateway = await CephGateway.StartAsync();
        place = await gateway.Account.NewPlaceAsync();
        server = await HoldfastServer.StartOnAsync(place);
        tenant = await Tenant.CreateAsync(server.Url, "unlisted");
        share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        Copy.Of(share.Directory, server.Scratch["copy"]);
        backup = await tenant.BackUpAsync(share);
    }

    public async ValueTask DisposeAsync()
    {
        tenant.Dispose();
        await server.DisposeAsync();
        await gateway.DisposeAsync();
    }

    /// <summary>Entries are taken out of the index of the bucket, beneath the gateway.</summary>
    [Fact]
    [Trait(Runbook.Section, "The store does not list what it has")]
    public async Task ADamagedIndexOfTheBucketIsMended()
    {
        Changes.Apply(share.Directory);
        await UnlistAsync($"{place.Prefix}/{tenant.ProjectId}/index/");
        await UnlistAsync($"{place.Prefix}/{tenant.ProjectId}/snapshots/");
        using (Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId))
        {
            Assert.DoesNotContain(share.Id, await restic.RunAsync("snapshots"), StringComparison.Ordinal);
        }
        await tenant.StartRestoreAsync(backup);
        await tenant.SettleAsync(share);
        Assert.Equal("backup_restoring_error", await tenant.ShareStatusAsync(share.Id));

        Dictionary<string, string?> variables = new(VerbClient.AdminVariables(server))
        {
            ["CEPH_ARGS"] = gateway.AdminArguments,
            ["bucket"] = place.Bucket,
            ["project"] = tenant.ProjectId,
            ["repository"] = $"{place.Repository}/{tenant.ProjectId}",
        };
        foreach ((string name, string? value) in place.Account.Environment)
        {
            variables[name] = value;
        }
        string told = await new Runbook(server).RunAsync("The store does not list what it has", variables);
        Assert.Contains($"{tenant.ProjectId}/index/", told, StringComparison.Ordinal);
        Assert.Contains("no errors were found", told, StringComparison.Ordinal);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(server.Scratch["copy"], share.Directory, Whole);
    }

    [Fact]
    public async Task ARefusedListingEndsABackupAndRemovesNothing()
    {
        using AmazonS3Client client = gateway.Account.Open();
        await client.PutBucketPolicyAsync(
            place.Bucket,
            $$"""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket",
              "Resource": "arn:aws:s3:::{{place.Bucket}}"}]}
            """
        );
        string refused = await tenant.StartBackupAsync(share);
        await tenant.SettleAsync(share);
        Assert.Equal("error", (await tenant.BackupStatesAsync())[refused]);
        Reply operations = await tenant.Session.GetAsync($"/api/v1/operations?backup_id={refused}");
        Assert.Equal(
            "The backup store refuses the service.",
            operations["operations"][0]!["message"]!.GetValue<string>()
        );
        using HttpClient http = new() { BaseAddress = server.Url };
        HttpResponseMessage ready = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);

        await client.DeleteBucketPolicyAsync(place.Bucket);
        await tenant.BackUpAsync(share);
        Changes.Apply(share.Directory);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(server.Scratch["copy"], share.Directory, Whole);
    }

    private async Task UnlistAsync(string prefix)
    {
        const string script = """
            set -euo pipefail
            for index in $(rados -p default.rgw.buckets.index ls); do
                for name in $(rados -p default.rgw.buckets.index listomapkeys "$index"); do
                    case $name in "$1"*) rados -p default.rgw.buckets.index rmomapkey "$index" "$name" ;; esac
                done
            done
            """;
        Dictionary<string, string?> environment = new() { ["CEPH_ARGS"] = gateway.AdminArguments };
        (await ChildProcess.RunAsync("bash", ["-c", script, "unlist", prefix], environment)).Checked("rados");
    }
}
