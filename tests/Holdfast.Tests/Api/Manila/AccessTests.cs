using Holdfast.Api.Manila;
using Holdfast.Api.Vbs;
using Holdfast.Core.Model;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Who may do what: every call there is, as everybody.</summary>
public class AccessTests : ManilaTests
{
    // Statuses in the order of AccessRow's.
    private static readonly Call[] Table =
    [
        // Open by nature.
        new("GET /", "300 300 300 300 300 300 300 300"),
        new("GET /healthcheck", "200 200 200 200 200 200 200 200"),
        new("GET /healthz", "200 200 200 200 200 200 200 200"),
        new("GET /readyz", "200 200 200 200 200 200 200 200"),
        new("GET /metrics", "200 200 200 200 200 200 200 200"),
        new("HEAD /healthcheck", "200 200 200 200 200 200 200 200"),
        new("HEAD /healthz", "200 200 200 200 200 200 200 200"),
        new("HEAD /readyz", "200 200 200 200 200 200 200 200"),
        // For whoever has a token.
        new("GET /v2", "401 401 200 200 200 200 200 200"),
        new("GET /v2/share-backups/new", "401 401 404 404 404 404 404 404"),
        new("GET /v2/share-backups/{id}/edit", "401 401 404 404 404 404 404 404", Object.Backup),
        // Backups.
        new("GET /v2/share-backups", "401 401 403 403 200 200 200 200"),
        new("GET /v2/share-backups/detail", "401 401 403 403 200 200 200 200"),
        new("POST /v2/share-backups", "401 401 403 403 400 403 202 202", Object.Share)
        {
            Body = """{"share_backup":{"share_id":"{id}"}}""",
        },
        new("GET /v2/share-backups/{id}", "401 401 403 403 404 200 200 200", Object.Backup),
        new("PUT /v2/share-backups/{id}", "401 401 403 403 404 403 200 200", Object.Backup)
        {
            Body = """{"share_backup":{"name":"x"}}""",
        },
        new("DELETE /v2/share-backups/{id}", "401 401 403 403 404 403 202 202", Object.Backup),
        new("POST /v2/share-backups/{id}/action restore", "401 401 403 403 404 403 202 202", Object.Backup)
        {
            Body = """{"restore":null}""",
        },
        new("POST /v2/share-backups/{id}/action reset_status", "401 401 403 403 403 403 403 202", Object.Backup)
        {
            Body = """{"reset_status":{"status":"error"}}""",
        },
        // Shares.
        new("GET /v2/shares", "401 401 403 403 200 200 200 200"),
        new("GET /v2/shares/detail", "401 401 403 403 200 200 200 200"),
        new("POST /v2/shares", "401 401 403 403 200 403 200 200")
        {
            Body = """{"share":{"share_proto":"NFS","size":1}}""",
        },
        new("POST /v2/shares/manage", "401 401 403 403 403 403 403 200", Object.Directory)
        {
            Body = """{"share":{"protocol":"NFS","export_path":"{id}"}}""",
        },
        new("POST /v2/os-share-manage", "401 401 403 403 403 403 403 200", Object.Directory)
        {
            Body = """{"share":{"protocol":"NFS","export_path":"{id}"}}""",
            Version = "2.6",
        },
        new("POST /v2/os-share-unmanage/{id}/unmanage", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Version = "2.6",
        },
        new("GET /v2/shares/{id}", "401 401 403 403 404 200 200 200", Object.Share),
        new("PUT /v2/shares/{id}", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"share":{"display_name":"x"}}""",
        },
        new("DELETE /v2/shares/{id}", "401 401 403 403 404 403 202 202", Object.Share),
        new("GET /v2/shares/{id}/metadata", "401 401 403 403 404 200 200 200", Object.Share),
        new("POST /v2/shares/{id}/metadata", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"metadata":{"a":"b"}}""",
        },
        new("PUT /v2/shares/{id}/metadata", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"metadata":{}}""",
        },
        new("GET /v2/shares/{id}/metadata/{key}", "401 401 403 403 404 200 200 200", Object.Share),
        new("POST /v2/shares/{id}/metadata/{key}", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"metadata":{"key":"b"}}""",
        },
        new("PUT /v2/shares/{id}/metadata/{key}", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"meta":{"key":"b"}}""",
        },
        new("DELETE /v2/shares/{id}/metadata/{key}", "401 401 403 403 404 403 200 200", Object.Share),
        new("POST /v2/shares/{id}/action extend", "401 401 403 403 404 403 202 202", Object.Share)
        {
            Body = """{"extend":{"new_size":2}}""",
        },
        new("POST /v2/shares/{id}/action os-extend", "401 401 403 403 404 403 202 202", Object.Share)
        {
            Body = """{"os-extend":{"new_size":2}}""",
            Version = "2.6",
        },
        // Of one GiB, so that who may shrink is told that it is the least.
        new("POST /v2/shares/{id}/action shrink", "401 401 403 403 404 403 400 400", Object.Share)
        {
            Body = """{"shrink":{"new_size":1}}""",
        },
        new("POST /v2/shares/{id}/action os-shrink", "401 401 403 403 404 403 400 400", Object.Share)
        {
            Body = """{"os-shrink":{"new_size":1}}""",
            Version = "2.6",
        },
        new("POST /v2/shares/{id}/action soft_delete", "401 401 403 403 404 403 202 202", Object.Share)
        {
            Body = """{"soft_delete":null}""",
        },
        new("POST /v2/shares/{id}/action restore", "401 401 403 403 404 403 200 200", Object.Share)
        {
            Body = """{"restore":null}""",
        },
        // No share is reverted: who may ask is told so.
        new("POST /v2/shares/{id}/action revert", "401 401 403 403 404 403 400 400", Object.Share)
        {
            Body = """{"revert":{"snapshot_id":"x"}}""",
        },
        new("POST /v2/shares/{id}/action force_delete", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"force_delete":null}""",
        },
        new("POST /v2/shares/{id}/action os-force_delete", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"os-force_delete":null}""",
            Version = "2.6",
        },
        new("POST /v2/shares/{id}/action reset_task_state", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"reset_task_state":{"task_state":null}}""",
        },
        new("POST /v2/shares/{id}/action reset_status", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"reset_status":{"status":"error"}}""",
        },
        new("POST /v2/shares/{id}/action os-reset_status", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"os-reset_status":{"status":"error"}}""",
            Version = "2.6",
        },
        new("POST /v2/shares/{id}/action unmanage", "401 401 403 403 403 403 403 202", Object.Share)
        {
            Body = """{"unmanage":null}""",
        },
        new("GET /v2/shares/{id}/export_locations", "401 401 403 403 404 200 200 200", Object.Share),
        new("GET /v2/shares/{id}/export_locations/{location_id}", "401 401 403 403 404 200 200 200", Object.Share),
        // Share snapshots.
        new("GET /v2/snapshots", "401 401 403 403 200 200 200 200"),
        new("GET /v2/snapshots/detail", "401 401 403 403 200 200 200 200"),
        new("POST /v2/snapshots", "401 401 403 403 404 403 202 202", Object.Share)
        {
            Body = """{"snapshot":{"share_id":"{id}"}}""",
        },
        new("GET /v2/snapshots/{id}", "401 401 403 403 404 200 200 200", Object.Snapshot),
        new("PUT /v2/snapshots/{id}", "401 401 403 403 404 403 200 200", Object.Snapshot)
        {
            Body = """{"snapshot":{"display_name":"x"}}""",
        },
        new("DELETE /v2/snapshots/{id}", "401 401 403 403 404 403 202 202", Object.Snapshot),
        new("POST /v2/snapshots/{id}/action reset_status", "401 401 403 403 403 403 403 202", Object.Snapshot)
        {
            Body = """{"reset_status":{"status":"error"}}""",
        },
        new("POST /v2/snapshots/{id}/action os-reset_status", "401 401 403 403 403 403 403 202", Object.Snapshot)
        {
            Body = """{"os-reset_status":{"status":"error"}}""",
            Version = "2.6",
        },
        new("POST /v2/snapshots/{id}/action force_delete", "401 401 403 403 403 403 403 202", Object.Snapshot)
        {
            Body = """{"force_delete":null}""",
        },
        new("POST /v2/snapshots/{id}/action os-force_delete", "401 401 403 403 403 403 403 202", Object.Snapshot)
        {
            Body = """{"os-force_delete":null}""",
            Version = "2.6",
        },
        // No snapshot is mounted: who may ask is told so.
        new("POST /v2/snapshots/{id}/action allow_access", "401 401 403 403 404 403 400 400", Object.Snapshot)
        {
            Body = """{"allow_access":{"access_type":"ip","access_to":"10.0.0.1"}}""",
        },
        new("POST /v2/snapshots/{id}/action deny_access", "401 401 403 403 404 403 400 400", Object.Snapshot)
        {
            Body = """{"deny_access":{"access_id":"x"}}""",
        },
        new("GET /v2/snapshots/{id}/access-list", "401 401 403 403 404 400 400 400", Object.Snapshot),
        new("GET /v2/snapshots/{id}/export-locations", "401 401 403 403 404 200 200 200", Object.Snapshot),
        new("GET /v2/snapshots/{id}/metadata", "401 401 403 403 404 200 200 200", Object.Snapshot),
        new("POST /v2/snapshots/{id}/metadata", "401 401 403 403 404 403 200 200", Object.Snapshot)
        {
            Body = """{"metadata":{"key":"b"}}""",
        },
        new("PUT /v2/snapshots/{id}/metadata", "401 401 403 403 404 403 200 200", Object.Snapshot)
        {
            Body = """{"metadata":{"key":"b"}}""",
        },
        new("GET /v2/snapshots/{id}/metadata/{key}", "401 401 403 403 404 200 200 200", Object.Snapshot),
        new("POST /v2/snapshots/{id}/metadata/{key}", "401 401 403 403 404 403 200 200", Object.Snapshot)
        {
            Body = """{"metadata":{"key":"b"}}""",
        },
        new("DELETE /v2/snapshots/{id}/metadata/{key}", "401 401 403 403 404 403 200 200", Object.Snapshot),
        // Share types.
        new("GET /v2/types", "401 401 403 403 200 200 200 200"),
        new("POST /v2/types", "401 401 403 403 403 403 403 200", Object.Type)
        {
            Body = """{"share_type":{"name":"{id}2","extra_specs":{"driver_handles_share_servers":false}}}""",
        },
        new("GET /v2/types/default", "401 401 403 403 200 200 200 200"),
        new("GET /v2/types/{id}", "401 401 403 403 200 200 200 200", Object.Type),
        new("PUT /v2/types/{id}", "401 401 403 403 403 403 403 200", Object.Type)
        {
            Body = """{"share_type":{"description":"d"}}""",
        },
        new("DELETE /v2/types/{id}", "401 401 403 403 403 403 403 202", Object.Type),
        new("GET /v2/types/{id}/share_type_access", "401 401 403 403 403 403 403 200", Object.PrivateType),
        new("GET /v2/types/{id}/os-share-type-access", "401 401 403 403 403 403 403 200", Object.PrivateType),
        new("POST /v2/types/{id}/action addProjectAccess", "401 401 403 403 403 403 403 202", Object.PrivateType)
        {
            Body = """{"addProjectAccess":{"project":"0b0000000000000000000000000000bb"}}""",
        },
        new("POST /v2/types/{id}/action removeProjectAccess", "401 401 403 403 403 403 403 202", Object.PrivateType)
        {
            Body = """{"removeProjectAccess":{"project":"0a0000000000000000000000000000aa"}}""",
        },
        new("GET /v2/types/{id}/extra_specs", "401 401 403 403 403 403 403 200", Object.Type),
        new("POST /v2/types/{id}/extra_specs", "401 401 403 403 403 403 403 200", Object.Type)
        {
            Body = """{"extra_specs":{"other":"value"}}""",
        },
        new("GET /v2/types/{id}/extra_specs/{key}", "401 401 403 403 403 403 403 200", Object.Type),
        new("PUT /v2/types/{id}/extra_specs/{key}", "401 401 403 403 403 403 403 200", Object.Type)
        {
            Body = """{"key":"other"}""",
        },
        new("DELETE /v2/types/{id}/extra_specs/{key}", "401 401 403 403 403 403 403 202", Object.Type),
        // Manila's surroundings.
        new("GET /v2/share-replicas", "401 401 403 403 200 200 200 200"),
        new("GET /v2/share-replicas/detail", "401 401 403 403 200 200 200 200"),
        new("GET /v2/share-replicas/{id}", "401 401 403 403 404 404 404 404", Object.Share),
        new("GET /v2/services", "401 401 403 403 403 403 403 200"),
        new("GET /v2/os-services", "401 401 403 403 403 403 403 200") { Version = "2.6" },
        new("GET /v2/availability-zones", "401 401 403 403 200 200 200 200"),
        new("GET /v2/os-availability-zone", "401 401 403 403 200 200 200 200") { Version = "2.6" },
        new("GET /v2/extensions", "401 401 200 200 200 200 200 200"),
        new("GET /v2/extensions/{id}", "401 401 404 404 404 404 404 404", Object.Share),
        // Messages.
        new("GET /v2/messages", "401 401 403 403 200 200 200 200"),
        new("GET /v2/messages/{id}", "401 401 403 403 404 200 200 200", Object.Message),
        new("DELETE /v2/messages/{id}", "401 401 403 403 404 403 204 204", Object.Message),
        // Quotas.
        new("GET /v2/quota-sets/{id}", "401 401 403 403 403 200 200 200", Object.Project),
        new("PUT /v2/quota-sets/{id}", "401 401 403 403 403 403 403 200", Object.Project)
        {
            Body = """{"quota_set":{"shares":1000}}""",
        },
        new("DELETE /v2/quota-sets/{id}", "401 401 403 403 403 403 403 202", Object.Project),
        new("GET /v2/quota-sets/{id}/defaults", "401 401 403 403 200 200 200 200", Object.Project),
        new("GET /v2/quota-sets/{id}/detail", "401 401 403 403 403 200 200 200", Object.Project),
        new("GET /v2/os-quota-sets/{id}", "401 401 403 403 403 200 200 200", Object.Project) { Version = "2.6" },
        new("PUT /v2/os-quota-sets/{id}", "401 401 403 403 403 403 403 200", Object.Project)
        {
            Body = """{"quota_set":{"shares":1000}}""",
            Version = "2.6",
        },
        new("DELETE /v2/os-quota-sets/{id}", "401 401 403 403 403 403 403 202", Object.Project) { Version = "2.6" },
        new("GET /v2/os-quota-sets/{id}/defaults", "401 401 403 403 200 200 200 200", Object.Project)
        {
            Version = "2.6",
        },
        new("GET /v2/quota-class-sets/{id}", "401 401 403 403 403 403 403 200", Object.Class),
        new("PUT /v2/quota-class-sets/{id}", "401 401 403 403 403 403 403 200", Object.Class)
        {
            Body = """{"quota_class_set":{"shares":5}}""",
        },
        new("GET /v2/os-quota-class-sets/{id}", "401 401 403 403 403 403 403 200", Object.Class) { Version = "2.6" },
        new("PUT /v2/os-quota-class-sets/{id}", "401 401 403 403 403 403 403 200", Object.Class)
        {
            Body = """{"quota_class_set":{"shares":5}}""",
            Version = "2.6",
        },
        new("GET /v2/limits", "401 401 200 403 200 200 200 200"),
    ];

    private enum Object
    {
        None,
        Share,
        Backup,
        Snapshot,
        Directory,
        Type,
        PrivateType,
        Message,
        Project,
        Class,
    }

    private sealed record Call(string Name, string Statuses, Object Of = Object.None)
    {
        public string? Body { get; init; }
        public string Version { get; init; } = "2.91";
        public string Method => Name.Split(' ')[0];
        public string Path => Name.Split(' ')[1];
    }

    [Fact]
    public void The_table_names_every_call_there_is_and_no_other()
    {
        IEnumerable<string> calls = ManilaRoutes.Resources.SelectMany(resource =>
            resource.Calls.Select(call => $"{call.Verb} /v2/{resource.Path} {call.Action}".TrimEnd())
        );
        Assert.Equal(
            calls.Order(),
            Table.Select(call => call.Name).Where(name => name.Contains(" /v2/", StringComparison.Ordinal)).Order()
        );

        IEnumerable<string> paths = Host
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<VbsRoute>() is null)
            .Select(route => "/" + route.RoutePattern.RawText!.TrimStart('/'))
            .Where(path => path != "/{**path}" && !path.StartsWith("/v2/{project_id", StringComparison.Ordinal))
            .Where(path => !path.StartsWith("/api/v1/", StringComparison.Ordinal))
            .Where(path => !path.StartsWith("/dashboard", StringComparison.Ordinal))
            .Where(path => !path.StartsWith("/identity/", StringComparison.Ordinal));
        Assert.Equal(paths.Distinct().Order(), Table.Select(call => call.Path).Distinct().Order());
    }

    [Fact]
    public async Task Every_call_as_everybody()
    {
        await World.LiftQuotasAsync();
        List<string> wrong = [];
        foreach (Call call in Table)
        {
            List<string> statuses = [];
            foreach (string? caller in AccessRow.Callers)
            {
                statuses.Add($"{await SendAsync(call, caller, call.Path)}");
            }
            if (string.Join(' ', statuses) != call.Statuses)
            {
                wrong.Add($"{call.Name}: {string.Join(' ', statuses)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Every_call_at_the_url_that_names_the_callers_project()
    {
        await World.LiftQuotasAsync();
        List<string> wrong = [];
        foreach (Call call in Table.Where(call => call.Path.StartsWith("/v2/", StringComparison.Ordinal)))
        {
            string tail = call.Path["/v2".Length..];
            foreach (
                (string caller, string expected) in AccessRow
                    .Callers.OfType<string>()
                    .Zip(call.Statuses.Split(' ')[1..])
            )
            {
                string project = caller == "other" ? ApiHost.OtherProject : ApiHost.Project;
                // An administrator of no project has no URL that names theirs.
                string due = caller == "system" ? "400" : expected;
                string status = $"{await SendAsync(call, caller, $"/v2/{project}{tail}")}";
                if (status != due)
                {
                    wrong.Add($"{call.Name} as {caller}: {status}, not {due}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Whatever_is_not_in_the_table_is_the_routers_404()
    {
        List<string> wrong = [];
        foreach (string path in Table.Select(call => call.Path).Where(path => path != "/").Distinct())
        {
            foreach (string method in new[] { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" })
            {
                if (Table.Any(call => (call.Method, call.Path) == (method, path)))
                {
                    continue;
                }
                Answer answer = await Host.SendAsync(
                    method,
                    path.Replace("{location_id}", "x").Replace("{key}", "x"),
                    "{}",
                    "admin"
                );
                if (answer.Code != 404 || answer.Header("X-OpenStack-Manila-API-Version") is not null)
                {
                    wrong.Add($"{method} {path}: {answer.Code}");
                }
            }
        }

        Assert.Empty(wrong);
    }

    private async Task<int> SendAsync(Call call, string? caller, string path)
    {
        (string id, string location) = await MakeAsync(call.Of);
        Answer answer = await Host.SendAsync(
            call.Method,
            path.Replace("{id}", id).Replace("{location_id}", location).Replace("{key}", "key"),
            call.Body?.Replace("{id}", id),
            caller,
            call.Version
        );
        return answer.Code;
    }

    /// <summary>A fresh object for each call: what one changes is not the next one's.</summary>
    private async Task<(string Id, string LocationId)> MakeAsync(Object kind)
    {
        switch (kind)
        {
            case Object.None:
                return ("", "");
            case Object.Directory:
                return (World.MakeDirectory(Guid.NewGuid().ToString()), "");
            case Object.Type:
                return ((await World.AddTypeAsync(specs: ("key", "value"))).Id, "");
            case Object.PrivateType:
                return ((await World.AddPrivateTypeAsync("0a0000000000000000000000000000aa")).Id, "");
            case Object.Message:
                return ((await World.AddMessageAsync()).Id, "");
            case Object.Project:
                return (ApiHost.Project, "");
            case Object.Class:
                return ("gold", "");
            default:
                Share share = await World.AddShareAsync();
                return kind switch
                {
                    Object.Backup => ((await World.AddBackupAsync(share)).Id, ""),
                    Object.Snapshot => ((await World.AddShareSnapshotAsync(share, WithMetadata)).Id, ""),
                    _ => (share.Id, await World.AddExportLocationAsync(share)),
                };
        }
    }

    private static ShareSnapshot WithMetadata(ShareSnapshot snapshot) =>
        snapshot with
        {
            Metadata = new Dictionary<string, string> { ["key"] = "b" },
        };
}
