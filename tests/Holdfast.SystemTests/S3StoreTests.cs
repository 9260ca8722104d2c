using System.Net;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Testing.S3;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The service with its repositories in a bucket of a real gateway.</summary>
public sealed class S3StoreTests : IAsyncLifetime
{
    private CephGateway gateway = null!;
    private S3Place place = null!;

    public async ValueTask InitializeAsync()
    {
        gateway = await CephGateway.StartAsync();
        place = await gateway.Account.NewPlaceAsync();
    }

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task ABackupOutlivesTheServiceAndComesBackWhole()
    {
        await using HoldfastServer server = await HoldfastServer.StartOnAsync(place);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "distant");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory, seed: 1);
        string copy = server.Scratch["copy"];
        Copy.Of(share.Directory, copy);
        string backup = await tenant.BackUpAsync(share);
        await BrowseAsync(tenant, backup);
        await server.KillAsync();
        await server.StartAgainAsync();
        // What a browser needed once lies near, sealed, for the next process.
        await BrowseAsync(tenant, backup);
        using HttpClient http = new() { BaseAddress = server.Url };
        Assert.Matches(
            "holdfast_cache_reads_total\\{[^}]*outcome=\"hit\"[^}]*\\} [1-9]",
            await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))
        );

        Changes.Apply(share.Directory, seed: 2);
        await tenant.RestoreAsync(backup, share);
        TreeComparer.AssertEqual(copy, share.Directory, new TreeComparison { IgnoreSockets = true });
        using Restic restic = await server.OpenRepositoryAsync(tenant.ProjectId);
        await restic.CheckAsync();
        Assert.False(Directory.Exists(Path.Combine(server.DataDirectory, "store")));
        Assert.DoesNotContain(gateway.Account.SecretKey, server.Log, StringComparison.Ordinal);
    }

    private static async Task BrowseAsync(Tenant tenant, string backup)
    {
        Reply listed = await tenant.Session.GetAsync($"/api/v1/backups/{backup}/files/");
        Assert.Equal(HttpStatusCode.OK, listed.Status);
    }

    [Fact]
    public async Task AGatewayThatIsGoneForAWhileDelaysABackupAndNoMore()
    {
        await using HoldfastServer server = await HoldfastServer.StartOnAsync(place);
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "patient");
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Combine(share.Directory, "file"), "content");
        await gateway.StopGatewayAsync();
        string backup = await tenant.StartBackupAsync(share);
        using HttpClient http = new() { BaseAddress = server.Url };
        await Eventually.HoldsAsync(
            "the service to say that its store is away",
            async () =>
                (await http.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode
                == HttpStatusCode.ServiceUnavailable
        );
        await gateway.StartGatewayAsync();
        await tenant.SettleAsync(share);

        Assert.Equal("available", (await tenant.BackupStatesAsync())[backup]);
    }

    [Theory]
    [InlineData("HOLDFAST_STORE", "s3://never-made/prefix?endpoint=", "There is no bucket 'never-made'")]
    [InlineData("AWS_SECRET_ACCESS_KEY", "not the secret", "AWS_SECRET_ACCESS_KEY")]
    [InlineData("AWS_ACCESS_KEY_ID", null, "AWS_ACCESS_KEY_ID is not set")]
    public async Task AStoreThatCannotBeUsedEndsTheStart(string name, string? value, string said)
    {
        using var directory = new TemporaryDirectory();
        Dictionary<string, string?> environment = new(gateway.Account.Environment)
        {
            ["HOLDFAST_STORE"] = place.Setting,
            ["HOLDFAST_DATA"] = directory["data"],
            ["HOLDFAST_LISTEN"] = $"http://127.0.0.1:{FreePort.Next()}",
        };
        environment[name] = value is not null && value.EndsWith('=') ? value + gateway.Account.Endpoint : value;
        string[] command = [.. HoldfastServer.Command, "serve"];
        ProcessResult result = await ChildProcess.RunAsync(command[0], command[1..], environment);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not the secret", result.Error + result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Account.SecretKey, result.Error + result.Output, StringComparison.Ordinal);
    }
}
