using Holdfast.Api.Native;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

/// <summary>Who may do what at the native API: every call there is, as everybody.</summary>
public class NativeAccessTests : ManilaTests
{
    private static readonly string?[] Callers =
    [
        null,
        "stale",
        "guest",
        "system",
        "other",
        "reader",
        "member",
        "admin",
    ];

    // Statuses in the callers' order: no token, a token that is no more, no role, an administrator of no project, a member
    // of another project, a reader, a member, an administrator. The object acted on is the last three's project's.
    private static readonly (string Name, string Statuses)[] Table =
    [
        ("GET operations", "401 401 403 403 200 200 200 200"),
        ("GET operations/{id}", "401 401 403 403 404 200 200 200"),
        ("POST operations/{id}/cancel", "401 401 403 403 404 403 200 200"),
        ("GET sharings", "401 401 403 403 200 200 200 200"),
        // Of a backup that is there and nobody's who asks.
        ("POST sharings", "401 401 403 403 404 403 404 404"),
        ("GET sharings/{id}", "401 401 403 403 404 200 200 200"),
        ("DELETE sharings/{id}", "401 401 403 403 404 403 204 204"),
        // Given to the last three's project.
        ("POST sharings/{received}/accept", "401 401 403 403 404 403 200 200"),
        ("POST sharings/{received}/reject", "401 401 403 403 404 403 200 200"),
        ("DELETE sharings/{received}/membership", "401 401 403 403 404 403 204 204"),
        ("GET audit", "401 401 403 403 200 200 200 200"),
        ("GET audit/export", "401 401 403 403 200 200 200 200"),
        ("GET volumes", "401 401 403 403 200 200 200 200"),
        ("POST volumes", "401 401 403 403 202 403 202 202"),
        ("GET volumes/{id}", "401 401 403 403 404 200 200 200"),
        ("PATCH volumes/{id}", "401 401 403 403 404 403 200 200"),
        ("DELETE volumes/{id}", "401 401 403 403 404 403 202 202"),
        ("POST volumes/{id}/backup", "401 401 403 403 404 403 202 202"),
        ("POST volumes/{id}/restore", "401 401 403 403 404 403 202 202"),
        ("POST volumes/{id}/unregister", "401 401 403 403 403 403 403 204"),
        ("POST volumes/{id}/reset_status", "401 401 403 403 403 403 403 200"),
    ];

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    [Fact]
    public void The_table_names_every_call_there_is_and_no_other() =>
        Assert.Equal(
            NativeRoutes
                .Routes.SelectMany(route => route.Verbs.Select(verb => $"{verb} {route.Path}"))
                .Where(name => !name.StartsWith("HEAD ", StringComparison.Ordinal))
                .Order(),
            Table.Select(call => call.Name.Replace("{received}", "{id}")).Order()
        );

    [Fact]
    public async Task Every_call_as_everybody()
    {
        await World.LiftQuotasAsync();
        List<string> wrong = [];
        foreach ((string name, string statuses) in Table)
        {
            List<int> seen = [];
            foreach (string? caller in Callers)
            {
                seen.Add((await SendAsync(name, caller)).Code);
            }
            if (string.Join(' ', seen) != statuses)
            {
                wrong.Add($"{name}: {string.Join(' ', seen)}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_the_same_as_everywhere()
    {
        Answer native = await SendAsync(Table[0].Name, null);
        Answer manila = await Host.SendAsync("GET", "/v2/shares", token: null);
        Assert.Equal((manila.Text, manila.Code), (native.Text, native.Code));
        Assert.Equal(manila.Header("WWW-Authenticate"), native.Header("WWW-Authenticate"));
        Assert.StartsWith("req-", native.Header("x-openstack-request-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_verb_is_405_and_the_answer_names_those_there_are()
    {
        foreach (string path in Table.Select(call => call.Name.Split(' ')[1]).Distinct())
        {
            string[] served =
            [
                .. Table.Where(call => call.Name.EndsWith($" {path}")).Select(c => c.Name.Split(' ')[0]),
            ];
            if (served.Contains("GET"))
            {
                served = [.. served, "HEAD"];
            }
            foreach (string method in Methods.Except(served))
            {
                Answer answer = await SendAsync($"{method} {path}", "admin");
                Assert.Equal(
                    (405, string.Join(',', served.Order(StringComparer.Ordinal))),
                    (answer.Code, answer.Header("Allow"))
                );
            }
        }
    }

    private async Task<Answer> SendAsync(string name, string? caller)
    {
        string[] call = name.Split(' ');
        string path = call[1];
        string? body = null;
        if (path.StartsWith("operations/", StringComparison.Ordinal))
        {
            path = path.Replace("{id}", (await World.AddOperationAsync()).Id);
        }
        else if (path.StartsWith("sharings", StringComparison.Ordinal))
        {
            Backup foreign = await World.AddBackupAsync(await World.AddShareAsync(Rows.Project));
            path = path.Replace("{id}", (await World.AddSharingAsync()).Id)
                .Replace("{received}", (await World.AddSharingAsync(foreign, ApiHost.Project)).Id);
            body = $$"""{"backup_id":"{{foreign.Id}}","to_project_ids":["{{Rows.Stranger}}"]}""";
        }
        else if (path.StartsWith("volumes", StringComparison.Ordinal))
        {
            Volume volume = await World.AddVolumeAsync();
            Backup backup = Rows.VolumeBackup(Guid.NewGuid().ToString(), volume.Id) with
            {
                ProjectId = ApiHost.Project,
            };
            if (path.EndsWith("/restore", StringComparison.Ordinal))
            {
                await World.Catalog.AddBackupsAsync(backup);
            }
            body =
                path == "volumes"
                    ? """{"size":1}"""
                    : $$"""{"name":"new","backup_id":"{{backup.Id}}","status":"error"}""";
            path = path.Replace("{id}", volume.Id);
        }
        return await Host.SendAsync(call[0], $"/api/v1/{path}", call[0] is "POST" or "PATCH" ? body : null, caller);
    }
}
