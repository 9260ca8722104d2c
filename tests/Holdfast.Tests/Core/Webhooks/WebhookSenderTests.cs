using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Core.Webhooks;
using Holdfast.Core.Workers;
using Holdfast.Testing.Core;
using Holdfast.Testing.Network;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Webhooks;

/// <summary>Events on their way, from the transaction of what they tell of to a real server on loopback.</summary>
public sealed class WebhookSenderTests : IAsyncLifetime
{
    private readonly WebhookTarget target = new();
    private WorkerFixture core = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync(options =>
            options with
            {
                WebhookNetworks = [IPNetwork.Parse("127.0.0.0/8")],
            }
        );
        await core.Get<Scheduler>().TickAsync(default);
        await core.DrainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await core.DisposeAsync();
        await target.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_that_went_well_is_told_once_signed_as_Standard_Webhooks_says()
    {
        (Webhook webhook, string secret) = await MakeAsync();
        Backup backup = await core.BackUpAsync(await core.ShareAsync());
        await SendAsync();
        await SendAsync();

        WebhookCall call = Assert.Single(target.Calls);
        JsonNode body = JsonNode.Parse(call.Body)!;
        Assert.Equal(
            ("backup.succeeded", WorkerFixture.Member.ProjectId, call.Id, backup.Id, backup.ShareId, null),
            (
                (string?)body["type"],
                (string?)body["project_id"],
                (string?)body["id"],
                (string?)body["data"]!["backup_id"],
                (string?)body["data"]!["share_id"],
                (string?)body["data"]!["reason"]
            )
        );
        Assert.Equal("application/json", call.ContentType);
        Assert.Equal(core.Time.GetUtcNow().ToUnixTimeSeconds(), long.Parse(call.Timestamp));
        Assert.Equal(StandardWebhooks.Sign(secret, call.Id, call.Timestamp, call.Body), call.Signature);
        webhook = await FindAsync(webhook);
        Assert.Equal((core.Time.GetUtcNow(), null), (webhook.DeliveredAt, webhook.Problem));
    }

    /// <summary>The example of the specification's reference implementations.</summary>
    [Fact]
    public void The_tests_own_signature_is_the_standards() =>
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            StandardWebhooks.Sign(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                """{"test": 2432232314}"""
            )
        );

    [Fact]
    public async Task One_that_failed_says_why_and_one_that_was_cancelled_is_no_event()
    {
        await MakeAsync();
        Share share = await core.ShareAsync();
        await core.CreateAsync(share);
        Operation claimed = await core.ClaimAsync();
        await core.Queue.FailAsync(claimed, OperationStatus.Failed, "The disk is on fire.", default);
        await core.CreateAsync(share);
        Operation second = (await core.QueuedAsync()).Single(one => one.Kind == OperationKind.CreateBackup);
        await core.Queue.CancelAsync(second.Id, default);
        await SendAsync();

        JsonNode body = JsonNode.Parse(Assert.Single(target.Calls).Body)!;
        Assert.Equal(
            ("backup.failed", "The disk is on fire.", claimed.Id),
            ((string?)body["type"], (string?)body["data"]!["reason"], (string?)body["data"]!["operation_id"])
        );
    }

    [Fact]
    public async Task What_rolls_back_is_not_told()
    {
        await MakeAsync();
        await core.CreateAsync(await core.ShareAsync());
        Operation lost = await core.ClaimAsync();
        await core.ExpireAsync();
        Assert.False(await core.Queue.FailAsync(lost, OperationStatus.Failed, "Too late.", default));
        await SendAsync();
        Assert.Empty(target.Calls);
    }

    [Fact]
    public async Task A_target_that_is_away_is_tried_less_and_less_often_and_then_has_everything_in_order()
    {
        (Webhook webhook, _) = await MakeAsync();
        target.Answer = _ => 503;
        Share share = await core.ShareAsync();
        Backup first = await core.BackUpAsync(share);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Backup second = await core.BackUpAsync(share);
        await SendAsync();
        Assert.Single(target.Calls);
        Assert.Equal("It answered 503.", (await FindAsync(webhook)).Problem);

        await AfterAsync(TimeSpan.FromSeconds(4));
        Assert.Single(target.Calls);
        await AfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, target.Calls.Count);
        target.Answer = _ => 429;
        await AfterAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(3, target.Calls.Count);
        Assert.Equal(3, (await FindAsync(webhook)).Failures);

        target.Answer = _ => 200;
        await AfterAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([first.Id, first.Id, first.Id, first.Id, second.Id], target.Calls.Select(BackupOf));
        Assert.Equal(2, target.Calls.Select(call => call.Id).Distinct().Count());
        webhook = await FindAsync(webhook);
        Assert.Equal((0, null, null), (webhook.Failures, webhook.NotBefore, webhook.Problem));
    }

    [Fact]
    public async Task Where_nobody_listens_the_webhook_says_so()
    {
        WebhookService webhooks = core.Get<WebhookService>();
        NewWebhook request = new($"http://127.0.0.1:{FreePort.Next()}/", [], AllProjects: false);
        (Webhook webhook, _) = await webhooks.CreateAsync(CoreFixture.Admin, request, default);
        await webhooks.TestAsync(CoreFixture.Admin, webhook.Id, default);
        await SendAsync();
        webhook = await FindAsync(webhook);
        Assert.Equal((1, "It could not be connected to."), (webhook.Failures, webhook.Problem));
    }

    [Fact]
    public async Task One_that_is_refused_keeps_no_other_waiting_and_no_redirect_is_followed()
    {
        await MakeAsync();
        target.Answer = _ => target.Calls.Count == 1 ? 302 : 204;
        Share share = await core.ShareAsync();
        Backup first = await core.BackUpAsync(share);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Backup second = await core.BackUpAsync(share);
        await SendAsync();
        Assert.Equal([first.Id, second.Id], target.Calls.Select(BackupOf));
        await AfterAsync(TimeSpan.FromSeconds(5));
        Assert.Equal([first.Id, second.Id, first.Id], target.Calls.Select(BackupOf));
    }

    [Fact]
    public async Task What_has_not_arrived_after_a_day_is_given_up()
    {
        await MakeAsync();
        target.Answer = _ => 500;
        await core.BackUpAsync(await core.ShareAsync());
        await SendAsync();
        await AfterAsync(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        Assert.Equal(0, await core.Catalog.ReadAsync(session => session.Webhooks.CountWaitingAsync(), default));
        Assert.Single(target.Calls);
    }

    [Fact]
    public async Task A_name_that_leads_into_the_network_is_not_connected_to()
    {
        await using WorkerFixture closed = await WorkerFixture.MakeAsync();
        await closed.Get<Scheduler>().TickAsync(default);
        (Webhook webhook, _) = await closed
            .Get<WebhookService>()
            .CreateAsync(
                CoreFixture.Admin,
                new NewWebhook(target.Url.Replace("127.0.0.1", "localhost"), [], false),
                default
            );
        await closed.Get<WebhookService>().TestAsync(CoreFixture.Admin, webhook.Id, default);
        await closed.Get<WebhookSender>().SendDueAsync(default);
        Assert.Empty(target.Calls);
        webhook = await closed.Get<WebhookService>().GetAsync(CoreFixture.Admin, webhook.Id, default);
        Assert.Equal("Its host has no address that webhooks may reach.", webhook.Problem);
    }

    [Fact]
    public async Task A_webhook_is_told_what_it_wants_of_its_own_project_and_an_administrators_of_all()
    {
        await MakeAsync("share.overdue", "backup.failed");
        await using WebhookTarget all = new();
        await core.Get<WebhookService>()
            .CreateAsync(CoreFixture.Admin, new NewWebhook(all.Url, ["backup.succeeded"], AllProjects: true), default);
        Backup backup = await core.BackUpAsync(await core.ShareAsync());
        await SendAsync();
        Assert.Empty(target.Calls);
        Assert.Equal(backup.Id, BackupOf(Assert.Single(all.Calls)));
    }

    [Fact]
    public async Task Who_is_not_the_scheduler_sends_nothing()
    {
        await MakeAsync();
        await core.BackUpAsync(await core.ShareAsync());
        await core.Catalog.WriteAsync(
            async session =>
            {
                await session.Leases.ReleaseAsync(Scheduler.Name, "node1");
                await session.Leases.TryTakeAsync(Scheduler.Name, "other", core.Time.GetUtcNow(), TimeSpan.FromDays(1));
            },
            default
        );
        await SendAsync();
        Assert.Empty(target.Calls);
    }

    [Fact]
    public async Task A_new_master_key_signs_with_the_secret_from_before()
    {
        (_, string secret) = await MakeAsync();
        MasterKey master = core.Get<MasterKey>();
        MasterKeyRotation rotation = new(core.Catalog, master, core.Get<Keyring>(), core.Options, core.Time);
        await rotation.RotateAsync(newKeyFile: null, alone: true, default);
        await master.LoadAsync(default);
        await core.BackUpAsync(await core.ShareAsync());
        await SendAsync();
        WebhookCall call = Assert.Single(target.Calls);
        Assert.Equal(StandardWebhooks.Sign(secret, call.Id, call.Timestamp, call.Body), call.Signature);
    }

    [Fact]
    public async Task A_share_that_becomes_overdue_is_told_once_and_again_after_it_was_not()
    {
        await MakeAsync("share.overdue");
        Share share = await core.ShareAsync("documents");
        Backup backup = await core.BackUpAsync(share);
        await OverdueAsync();
        Assert.Empty(target.Calls);

        core.Time.Advance(ProtectionRows.Recent + TimeSpan.FromSeconds(1));
        await OverdueAsync();
        await OverdueAsync();
        JsonNode body = JsonNode.Parse(Assert.Single(target.Calls).Body)!;
        Assert.Equal(
            ("share.overdue", share.Id, "documents", backup.Id),
            (
                (string?)body["type"],
                (string?)body["data"]!["share_id"],
                (string?)body["data"]!["share_name"],
                (string?)body["data"]!["good_backup_id"]
            )
        );

        await core.BackUpAsync(share);
        await OverdueAsync();
        Assert.Single(target.Calls);
        core.Time.Advance(ProtectionRows.Recent + TimeSpan.FromSeconds(1));
        await OverdueAsync();
        Assert.Equal(2, target.Calls.Count);
    }

    [Fact]
    public async Task A_volume_that_becomes_overdue_is_told_too()
    {
        await MakeAsync("volume.overdue");
        await core.ShareAsync("documents");
        await core.Catalog.AddVolumesAsync(Rows.Volume("v1") with { Name = "disk" });
        await core.Catalog.AddBackupsAsync(Rows.VolumeBackup("b1", "v1") with { CreatedAt = core.Time.GetUtcNow() });
        core.Time.Advance(ProtectionRows.Recent + TimeSpan.FromSeconds(1));
        await OverdueAsync();
        await OverdueAsync();
        JsonNode body = JsonNode.Parse(Assert.Single(target.Calls).Body)!;
        Assert.Equal("volume.overdue", (string?)body["type"]);
        Assert.Equal(
            ("v1", "disk", "b1"),
            (
                (string?)body["data"]!["volume_id"],
                (string?)body["data"]!["volume_name"],
                (string?)body["data"]!["good_backup_id"]
            )
        );
    }

    private async Task OverdueAsync()
    {
        await core.Get<OverdueSources>().TellAsync(default);
        await SendAsync();
    }

    private async Task<(Webhook Made, string Secret)> MakeAsync(params string[] events) =>
        await core.Get<WebhookService>()
            .CreateAsync(
                CoreFixture.Admin with
                {
                    ProjectId = WorkerFixture.Member.ProjectId,
                },
                new NewWebhook(target.Url, events, AllProjects: false),
                default
            );

    private Task<Webhook> FindAsync(Webhook webhook) =>
        core.Get<WebhookService>().GetAsync(CoreFixture.Admin, webhook.Id, default);

    private async Task SendAsync()
    {
        await core.Get<Scheduler>().TickAsync(default);
        await core.Get<WebhookSender>().SendDueAsync(default);
    }

    private Task AfterAsync(TimeSpan span)
    {
        core.Time.Advance(span);
        return SendAsync();
    }

    private static string? BackupOf(WebhookCall call) => (string?)JsonNode.Parse(call.Body)!["data"]!["backup_id"];
}
