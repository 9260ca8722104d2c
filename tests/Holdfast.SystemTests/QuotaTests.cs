using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>Quotas of a running service: as the stock client sees and sets them, and when many ask at once.</summary>
public sealed class QuotaTests
{
    [Fact]
    public async Task AnAdministratorSetsQuotasAndAMemberIsHeldToThem()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        StockClient admin = new(server, "admin", HoldfastServer.AdminPassword);
        StockClient member = new(server, tenant.Name, tenant.Password);

        await admin.RunAsync("share", "quota", "set", "stock", "--shares", "1", "--gigabytes", "5");
        JsonNode quotas = await admin.AskAsync("share", "quota", "show", "stock");
        Assert.Equal((1, 5), (Number(quotas, "shares"), Number(quotas, "gigabytes")));

        await member.RunAsync("share", "create", "NFS", "1", "--name", "mine", "--wait");
        Assert.Contains("exceed", await member.FailAsync("share", "create", "NFS", "1"), StringComparison.Ordinal);
        JsonNode limits = await member.AskAsync("share", "limits", "show", "--absolute");
        Assert.Equal((1, 1), (Limit(limits, "maxTotalShares"), Limit(limits, "totalSharesUsed")));
        JsonNode detail = await admin.AskAsync("share", "quota", "show", "stock", "--detail");
        Assert.Equal("in_use = 1\nlimit = 1\nreserved = 0", detail["shares"]!.GetValue<string>());

        await admin.RunAsync("share", "quota", "set", "default", "--class", "--shares", "7");
        await admin.RunAsync("share", "quota", "delete", "stock");
        Assert.Equal(7, Number(await admin.AskAsync("share", "quota", "show", "stock"), "shares"));
        await member.RunAsync("share", "create", "NFS", "1", "--wait");
    }

    [Fact]
    public async Task OfManyBackupsAtOnceAsManyAsFitAreMadeAndTheirRoomComesBack()
    {
        const int quota = 3;
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "stock");
        using OpenStackSession admin = await OpenStackSession.SignInAsync(
            server.Url,
            "admin",
            HoldfastServer.AdminPassword,
            "admin"
        );
        var limits = new { quota_set = new { backups = quota } };
        (await admin.PutAsync($"/v2/quota-sets/{tenant.ProjectId}", limits)).Checked();
        List<Share> shares = [];
        for (int i = 0; i < 2 * quota; i++)
        {
            shares.Add(await tenant.CreateShareAsync());
        }

        for (int round = 0; round < 2; round++)
        {
            Reply[] replies = await Task.WhenAll(
                shares.Select(share =>
                    tenant.Session.PostAsync("/v2/share-backups", new { share_backup = new { share_id = share.Id } })
                )
            );
            Assert.Equal(quota, replies.Count(reply => reply.Status == HttpStatusCode.Accepted));
            Assert.Equal(quota, replies.Count(reply => reply.Status == HttpStatusCode.RequestEntityTooLarge));
            foreach (Share share in shares)
            {
                await tenant.SettleAsync(share);
            }

            // Whoever deletes.
            OpenStackSession deleting = round == 0 ? admin : tenant.Session;
            foreach (string id in (await tenant.BackupStatesAsync()).Keys)
            {
                (await deleting.DeleteAsync($"/v2/share-backups/{id}")).Checked();
            }
            await Eventually.HoldsAsync(
                "the backups to be gone",
                async () => (await tenant.BackupStatesAsync()).Count == 0
            );
            JsonNode set = (await tenant.Session.GetAsync($"/v2/quota-sets/{tenant.ProjectId}/detail"))["quota_set"];
            Assert.Equal(0, set["backups"]!["in_use"]!.GetValue<int>());
        }
    }

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();

    private static int Limit(JsonNode rows, string name) =>
        rows.AsArray().Single(row => row!["Name"]!.GetValue<string>() == name)!["Value"]!.GetValue<int>();
}
