using System.Text;
using System.Text.Json;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>
/// Never a 500: valid requests of every call, each broken in some ways; whatever comes back is the client's mistake or
/// a success, and another project's things stay as they were and unseen.
/// </summary>
public class MutationTests : ManilaTests
{
    private const int Requests = 2000;
    private const string Secret = "a name that only its project may read";

    // Method, path, body, caller, version. {share}, {backup}, {location} and {directory} are the caller's project's.
    private static readonly (string Method, string Path, string? Body, string Caller, string Version)[] Valid =
    [
        ("GET", "/", null, "member", "2.91"),
        ("GET", "/v2/", null, "member", "2.91"),
        ("GET", "/v2/share-backups", null, "reader", "2.91"),
        ("GET", "/v2/share-backups/detail", null, "member", "2.91"),
        ("GET", "/v2/share-backups/detail", null, "admin", "2.80"),
        ("GET", "/v2/share-backups/{backup}", null, "member", "2.91"),
        (
            "POST",
            "/v2/share-backups",
            """{"share_backup":{"share_id":"{share}","name":"n","description":null,"backup_options":{"backup_type":"t"}}}""",
            "member",
            "2.91"
        ),
        ("PUT", "/v2/share-backups/{backup}", """{"share_backup":{"name":"n","description":"d"}}""", "member", "2.91"),
        ("DELETE", "/v2/share-backups/{backup}", null, "member", "2.91"),
        ("POST", "/v2/share-backups/{backup}/action", """{"restore":null}""", "member", "2.91"),
        ("POST", "/v2/share-backups/{backup}/action", """{"restore":"{share}"}""", "member", "2.91"),
        ("POST", "/v2/share-backups/{backup}/action", """{"reset_status":{"status":"error"}}""", "admin", "2.91"),
        ("GET", "/v2/shares", null, "reader", "2.91"),
        ("GET", "/v2/shares/detail", null, "member", "2.99"),
        ("GET", "/v2/shares/{share}", null, "member", "2.0"),
        (
            "POST",
            "/v2/shares",
            """{"share":{"share_proto":"NFS","size":1,"name":"n","metadata":{"a":"b"},"share_type":"default","is_public":false}}""",
            "member",
            "2.91"
        ),
        ("DELETE", "/v2/shares/{share}", null, "member", "2.91"),
        (
            "GET",
            "/v2/shares/detail?metadata={'key':'value'}&extra_specs={}&with_count=1&limit=1&host=node1",
            null,
            "admin",
            "2.99"
        ),
        (
            "PUT",
            "/v2/shares/{share}",
            """{"share":{"display_name":"n","description":"d","is_public":false}}""",
            "member",
            "2.91"
        ),
        ("GET", "/v2/shares/{share}/metadata", null, "member", "2.91"),
        ("POST", "/v2/shares/{share}/metadata", """{"metadata":{"a":"b","c":"d"}}""", "member", "2.91"),
        ("PUT", "/v2/shares/{share}/metadata", """{"metadata":{"a":"b"}}""", "member", "2.91"),
        ("GET", "/v2/shares/{share}/metadata/key", null, "reader", "2.91"),
        ("PUT", "/v2/shares/{share}/metadata/key", """{"meta":{"key":"b"}}""", "member", "2.91"),
        ("POST", "/v2/shares/{share}/metadata/key", """{"metadata":{"key":"b"}}""", "member", "2.91"),
        ("DELETE", "/v2/shares/{share}/metadata/key", null, "member", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"extend":{"new_size":2,"force":false}}""", "member", "2.91"),
        ("POST", "/v2/shares/{large}/action", """{"shrink":{"new_size":1}}""", "member", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"soft_delete":null}""", "member", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"restore":null}""", "member", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"force_delete":null}""", "admin", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"reset_task_state":{"task_state":null}}""", "admin", "2.91"),
        (
            "POST",
            "/v2/shares/manage",
            """{"share":{"protocol":"NFS","export_path":"{directory}","driver_options":{"size":2}}}""",
            "admin",
            "2.91"
        ),
        ("POST", "/v2/os-share-manage", """{"share":{"protocol":"NFS","export_path":"{directory}"}}""", "admin", "2.6"),
        ("POST", "/v2/os-share-unmanage/{share}/unmanage", null, "admin", "2.6"),
        ("POST", "/v2/shares/{share}/action", """{"reset_status":{"status":"available"}}""", "admin", "2.91"),
        ("POST", "/v2/shares/{share}/action", """{"unmanage":null}""", "admin", "2.91"),
        ("GET", "/v2/shares/{share}/export_locations", null, "reader", "2.91"),
        ("GET", "/v2/shares/{share}/export_locations/{location}", null, "member", "2.91"),
        ("GET", "/api/v1/operations", null, "reader", "2.91"),
        ("GET", "/api/v1/operations/{operation}", null, "member", "2.91"),
        ("POST", "/api/v1/operations/{operation}/cancel", null, "member", "2.91"),
        (
            "POST",
            "/v2/{project}/os-vendor-backup-sharing",
            """{"shared":{"backup_id":"{backup}","to_project_ids":["0b0000000000000000000000000000bb"]}}""",
            "member",
            "2.91"
        ),
        (
            "GET",
            "/v2/{project}/os-vendor-backup-sharing/detail?share_to_me=1&name=a&status=available&limit=2&offset=1&sort_key=name&sort_dir=asc&availability_zone=nova",
            null,
            "reader",
            "2.91"
        ),
        ("GET", "/v2/{project}/os-vendor-backup-sharing/count?volume_id=x&backup_id={backup}", null, "member", "2.91"),
        ("GET", "/v2/{project}/os-vendor-backup-sharing/{given}", null, "member", "2.91"),
        ("DELETE", "/v2/{project}/os-vendor-backup-sharing/{given}", null, "member", "2.91"),
        ("DELETE", "/v2/{project}/os-vendor-backup-sharing/{backup}?is_backup_id=true", null, "member", "2.91"),
        ("GET", "/api/v1/sharings?received=true&state=accepted&limit=2", null, "reader", "2.91"),
        (
            "POST",
            "/api/v1/sharings",
            """{"backup_id":"{backup}","to_project_ids":["0b0000000000000000000000000000bb"],"accept":"required","expires_at":"2100-01-01T00:00:00Z"}""",
            "member",
            "2.91"
        ),
        ("GET", "/api/v1/sharings/{received}", null, "member", "2.91"),
        ("POST", "/api/v1/sharings/{received}/reject", null, "member", "2.91"),
        ("POST", "/api/v1/sharings/{received}/accept", null, "member", "2.91"),
        ("DELETE", "/api/v1/sharings/{received}/membership", null, "member", "2.91"),
        ("DELETE", "/api/v1/sharings/{given}", null, "member", "2.91"),
        ("GET", "/v2/snapshots?name=x&size=1&sort_key=name&limit=2", null, "reader", "2.91"),
        ("GET", "/v2/snapshots/detail?metadata={'a':'b'}&with_count=1", null, "member", "2.99"),
        (
            "POST",
            "/v2/snapshots",
            """{"snapshot":{"share_id":"{share}","name":"n","description":"d","force":false,"metadata":{"a":"b"}}}""",
            "member",
            "2.91"
        ),
        ("GET", "/v2/snapshots/{snapshot}", null, "member", "2.91"),
        ("PUT", "/v2/snapshots/{snapshot}", """{"snapshot":{"display_name":"n"}}""", "member", "2.91"),
        ("DELETE", "/v2/snapshots/{snapshot}", null, "member", "2.91"),
        ("POST", "/v2/snapshots/{snapshot}/action", """{"reset_status":{"status":"error"}}""", "admin", "2.91"),
        ("POST", "/v2/snapshots/{snapshot}/action", """{"force_delete":null}""", "admin", "2.91"),
        ("GET", "/v2/snapshots/{snapshot}/export-locations", null, "reader", "2.91"),
        ("GET", "/v2/snapshots/{snapshot}/metadata", null, "reader", "2.91"),
        ("POST", "/v2/snapshots/{snapshot}/metadata", """{"metadata":{"c":"d"}}""", "member", "2.91"),
        ("PUT", "/v2/snapshots/{snapshot}/metadata", """{"metadata":{"c":"d"}}""", "member", "2.91"),
        ("GET", "/v2/snapshots/{snapshot}/metadata/a", null, "reader", "2.91"),
        ("POST", "/v2/snapshots/{snapshot}/metadata/a", """{"metadata":{"a":"d"}}""", "member", "2.91"),
        ("DELETE", "/v2/snapshots/{snapshot}/metadata/a", null, "member", "2.91"),
        ("GET", "/v2/types", null, "reader", "2.91"),
        ("GET", "/v2/types/default", null, "member", "2.91"),
        ("GET", "/v2/types?is_public=all&extra_specs={'a':+'b'}", null, "admin", "2.91"),
        ("GET", "/v2/types/{type}", null, "member", "2.99"),
        (
            "POST",
            "/v2/types",
            """{"share_type":{"name":"{new}","description":"d","extra_specs":{"driver_handles_share_servers":"False","snapshot_support":true,"provisioning:max_share_size":"5"},"share_type_access:is_public":true}}""",
            "admin",
            "2.91"
        ),
        (
            "PUT",
            "/v2/types/{type}",
            """{"share_type":{"name":"{new}","description":"","share_type_access:is_public":"true"}}""",
            "admin",
            "2.91"
        ),
        ("DELETE", "/v2/types/{type}", null, "admin", "2.91"),
        ("GET", "/v2/types/{private}/share_type_access", null, "admin", "2.91"),
        ("GET", "/v2/types/{private}/os-share-type-access", null, "admin", "2.6"),
        (
            "POST",
            "/v2/types/{private}/action",
            """{"addProjectAccess":{"project":"0b0000000000000000000000000000bb"}}""",
            "admin",
            "2.91"
        ),
        (
            "POST",
            "/v2/types/{private}/action",
            """{"removeProjectAccess":{"project":"0a0000000000000000000000000000aa"}}""",
            "admin",
            "2.91"
        ),
        ("GET", "/v2/types/{type}/extra_specs", null, "admin", "2.91"),
        ("POST", "/v2/types/{type}/extra_specs", """{"extra_specs":{"a":"b","c":true}}""", "admin", "2.91"),
        ("GET", "/v2/types/{type}/extra_specs/key", null, "admin", "2.91"),
        ("PUT", "/v2/types/{type}/extra_specs/key", """{"key":"b"}""", "admin", "2.91"),
        ("DELETE", "/v2/types/{type}/extra_specs/key", null, "admin", "2.91"),
        (
            "GET",
            "/v2/messages?resource_id={backup}&created_since=2026-01-01T00:00:00&sort_key=id&limit=2",
            null,
            "member",
            "2.91"
        ),
        ("GET", "/v2/share-replicas/detail?share_id={share}", null, "member", "2.91"),
        ("GET", "/v2/services?binary=manila-data&ensuring=false", null, "admin", "2.93"),
        ("GET", "/v2/availability-zones", null, "member", "2.91"),
        ("GET", "/v2/extensions", null, "member", "2.91"),
        ("GET", "/v2/messages/{message}", null, "reader", "2.37"),
        ("DELETE", "/v2/messages/{message}", null, "member", "2.91"),
        ("GET", "/v2/quota-sets/{project}", null, "reader", "2.91"),
        ("GET", "/v2/quota-sets/{project}/detail?share_type=default", null, "member", "2.91"),
        ("GET", "/v2/quota-sets/{project}/defaults", null, "member", "2.7"),
        (
            "PUT",
            "/v2/quota-sets/{project}?user_id=someone",
            """{"quota_set":{"backups":10,"backup_gigabytes":"100","force":true,"tenant_id":"{project}"}}""",
            "admin",
            "2.91"
        ),
        ("DELETE", "/v2/quota-sets/{project}?user_id=someone", null, "admin", "2.91"),
        ("PUT", "/v2/os-quota-sets/{project}", """{"quota_set":{"shares":100000,"gigabytes":-1}}""", "admin", "2.6"),
        ("GET", "/v2/quota-class-sets/gold", null, "admin", "2.91"),
        ("PUT", "/v2/quota-class-sets/gold", """{"quota_class_set":{"shares":5,"backups":-1}}""", "admin", "2.91"),
        ("GET", "/v2/limits", null, "reader", "2.91"),
    ];

    internal override async Task<ManilaWorld> StartAsync()
    {
        ManilaWorld world = await StartWorldAsync();
        await world.LiftQuotasAsync();
        return world;
    }

    internal virtual Task<ManilaWorld> StartWorldAsync() => base.StartAsync();

    [Fact]
    public async Task Never_a_500()
    {
        int seed = RequestMutations.Seed();
        Random random = new(seed);
        Share hidden = await AddHiddenAsync();
        Backup backup = await World.AddBackupAsync(hidden, name: Secret);
        Sharing sharing = await World.AddSharingAsync(backup);
        RequestMutations mutations = new(random, [hidden.Id, backup.Id, sharing.Id]);
        string before = await StateAsync();

        List<string> wrong = [];
        int answered = 0;
        Dictionary<string, string> ids = [];
        for (int i = 0; i < Requests && wrong.Count < 10; i++)
        {
            if (i % 5 == 0)
            {
                ids = await MakeAsync();
            }
            var valid = Valid[random.Next(Valid.Length)];
            RawRequest request = mutations.Mutate(Make(valid, ids), valid.Caller != "admin");
            byte[] bytes = request.ToBytes();
            RawReply? reply = await RawHttp.ExchangeAsync(Host.Address, bytes, TestContext.Current.CancellationToken);
            answered += reply?.Header("x-openstack-request-id") is null ? 0 : 1;
            if (WhatIsWrong(reply, valid.Caller) is { } fault)
            {
                wrong.Add($"seed {seed}, request {i}: {fault}\n{RawReply.Shown(bytes)}\n{RawReply.Shown(reply?.Body)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Empty(Host.Errors);
        Assert.Equal(before, await StateAsync());
        // Most get past the transport, else this looks at nothing of ours.
        Assert.True(answered > Requests * 3 / 4, $"seed {seed}: {answered} of {Requests}");
    }

    [Fact]
    public async Task The_requests_that_are_broken_were_valid()
    {
        foreach (var valid in Valid)
        {
            RawReply? reply = await RawHttp.ExchangeAsync(
                Host.Address,
                Make(valid, await MakeAsync()).ToBytes(),
                TestContext.Current.CancellationToken
            );
            Assert.True(reply is { Status: >= 200 and <= 300 }, $"{valid.Method} {valid.Path}: {reply?.Status}");
        }
    }

    private static string? WhatIsWrong(RawReply? reply, string caller) =>
        RawReply.WhatIsWrong(reply)
        ?? (
            caller != "admin" && Encoding.UTF8.GetString(reply!.Body).Contains(Secret, StringComparison.Ordinal)
                ? "another project's"
                : null
        );

    private static RawRequest Make(
        (string Method, string Path, string? Body, string Caller, string Version) valid,
        Dictionary<string, string> ids
    )
    {
        string Fill(string text) => ids.Aggregate(text, (filled, id) => filled.Replace($"{{{id.Key}}}", id.Value));
        return new RawRequest(valid.Method, Fill(valid.Path), "", valid.Body is null ? null : Fill(valid.Body))
        {
            Headers =
            [
                ("X-Auth-Token", valid.Caller),
                ("X-OpenStack-Manila-API-Version", valid.Version),
                ("X-OpenStack-Manila-API-Experimental", "true"),
                ("Content-Type", "application/json"),
            ],
        };
    }

    private async Task<Dictionary<string, string>> MakeAsync()
    {
        Share share = await World.AddShareAsync();
        // Of a share of its own: the first can be deleted.
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        return new Dictionary<string, string>
        {
            ["share"] = share.Id,
            ["large"] = (await World.AddShareAsync(size: 2)).Id,
            ["backup"] = backup.Id,
            ["given"] = (await World.AddSharingAsync()).Id,
            ["received"] = (
                await World.AddSharingAsync(
                    await World.AddBackupAsync(await World.AddShareAsync(Holdfast.Testing.Core.Rows.Project)),
                    ApiHost.Project
                )
            ).Id,
            ["message"] = (await World.AddMessageAsync()).Id,
            ["project"] = ApiHost.Project,
            ["snapshot"] = (
                await World.AddShareSnapshotAsync(
                    await World.AddShareAsync(),
                    row => row with { Metadata = new Dictionary<string, string> { ["a"] = "b" } }
                )
            ).Id,
            ["location"] = await World.AddExportLocationAsync(share),
            ["operation"] = (await World.AddOperationAsync()).Id,
            ["directory"] = World.MakeDirectory(Guid.NewGuid().ToString()),
            ["type"] = (await World.AddTypeAsync(specs: ("key", "value"))).Id,
            ["private"] = (await World.AddPrivateTypeAsync("0a0000000000000000000000000000aa")).Id,
            ["new"] = Guid.NewGuid().ToString("N"),
        };
    }

    private async Task<Share> AddHiddenAsync()
    {
        Share share = Holdfast.Testing.Core.Rows.Share(Guid.NewGuid().ToString()) with
        {
            ProjectId = ApiHost.OtherProject,
            Name = Secret,
        };
        await Holdfast.Testing.Core.Rows.AddSharesAsync(World.Catalog, share);
        await World.AddExportLocationAsync(share);
        await World.AddMessageAsync(message =>
            message with
            {
                ProjectId = ApiHost.OtherProject,
                ResourceId = share.Id,
                UserMessage = Secret,
            }
        );
        return share;
    }

    /// <summary>All that the other project has.</summary>
    private Task<string> StateAsync() =>
        World.Catalog.ReadAsync(
            async session =>
            {
                IReadOnlyList<Share> shares = await session.Shares.KnownToAsync(ApiHost.OtherProject);
                IReadOnlyList<Backup> backups = await session.Backups.ListAsync(
                    new BackupFilter { ProjectId = ApiHost.OtherProject },
                    new RowOrder<Backup>(new SortColumn<Backup>("id", row => row.Id), Descending: false)
                );
                var locations = await session.ExportLocations.OfShareAsync(shares[0].Id);
                IReadOnlyList<Message> messages = await session.Messages.ListAsync(
                    new MessageFilter { ProjectId = ApiHost.OtherProject },
                    new RowOrder<Message>(new SortColumn<Message>("id", row => row.Id), Descending: false)
                );
                IReadOnlyList<Sharing> sharings = await session.Sharings.GivenByAsync(
                    ApiHost.OtherProject,
                    DateTimeOffset.UnixEpoch
                );
                return JsonSerializer.Serialize(
                    new
                    {
                        shares,
                        backups,
                        sharings,
                        locations,
                        messages,
                    }
                );
            },
            CancellationToken.None
        );
}
