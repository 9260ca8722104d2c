using Holdfast.Tests.Core.Catalog.Postgres;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>While the database is dead, callers are told when to come again; when it is back, nothing has to be restarted.</summary>
public sealed class CatalogAwayTests(PostgresFixture postgres) : ManilaTests, IClassFixture<PostgresFixture>
{
    internal override async Task<ManilaWorld> StartAsync() =>
        await ManilaWorld.StartAsync(await postgres.NewCatalogAsync());

    [Theory]
    [InlineData("GET", "/v2/shares", null)]
    [InlineData("POST", "/v2/shares", """{"share":{"share_proto":"NFS","size":1}}""")]
    [InlineData("GET", "/api/v1/operations", null)]
    [InlineData("GET", $"/v2/{ApiHost.Project}/os-vendor-backup-sharing/detail", null)]
    public async Task A_dead_database_is_503_until_it_is_back(string method, string path, string? body)
    {
        Assert.InRange((await Host.SendAsync(method, path, body)).Code, 200, 299);
        await postgres.Server.KillAsync();
        try
        {
            Answer away = await Host.SendAsync(method, path, body);

            Assert.Equal((503, "5"), (away.Code, away.Header("Retry-After")));
            Assert.DoesNotContain("127.0.0.1", away.Text, StringComparison.Ordinal);
        }
        finally
        {
            await postgres.Server.StartAgainAsync();
        }
        Assert.InRange((await Host.SendAsync(method, path, body)).Code, 200, 299);
    }
}
