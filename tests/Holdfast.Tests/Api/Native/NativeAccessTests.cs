using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Native;
using Holdfast.Api.Native.OpenApi;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Native;

/// <summary>Who may do what at the native API: every call there is, as everybody.</summary>
public class NativeAccessTests : AccessTableTests
{
    protected override IReadOnlyList<AccessRow> Table { get; } =
    [
        new("GET backups", "401 401 403 403 200 200 200 200"),
        new("GET backups/{id}", "401 401 403 403 404 200 200 200"),
        new("GET backups/{id}/files/{**path}", "401 401 403 403 404 200 200 200"),
        new("GET backups/{id}/changes", "401 401 403 403 404 200 200 200"),
        new("POST backups/{id}/restore", "401 401 403 403 404 403 202 202"),
        new("GET shares/{id}/history/{**path}", "401 401 403 403 404 200 200 200"),
        new("GET search", "401 401 403 403 404 200 200 200"),
        new("GET operations", "401 401 403 403 200 200 200 200"),
        new("GET operations/{id}", "401 401 403 403 404 200 200 200"),
        new("GET events", "401 401 403 403 200 200 200 200"),
        new("POST operations/{id}/cancel", "401 401 403 403 404 403 200 200"),
        new("GET sharings", "401 401 403 403 200 200 200 200"),
        // Of a backup that is there and nobody's who asks.
        new("POST sharings", "401 401 403 403 404 403 404 404"),
        new("GET sharings/{id}", "401 401 403 403 404 200 200 200"),
        new("DELETE sharings/{id}", "401 401 403 403 404 403 204 204"),
        // Given to the last three's project.
        new("POST sharings/{received}/accept", "401 401 403 403 404 403 200 200"),
        new("POST sharings/{received}/reject", "401 401 403 403 404 403 200 200"),
        new("DELETE sharings/{received}/membership", "401 401 403 403 404 403 204 204"),
        new("GET schedules", "401 401 403 403 200 200 200 200"),
        new("POST schedules", "401 401 403 403 404 403 201 201"),
        new("GET schedules/{id}", "401 401 403 403 404 200 200 200"),
        new("PATCH schedules/{id}", "401 401 403 403 404 403 200 200"),
        new("DELETE schedules/{id}", "401 401 403 403 404 403 204 204"),
        new("POST schedules/{id}/preview", "401 401 403 403 404 200 200 200"),
        new("GET holds", "401 401 403 403 200 200 200 200"),
        new("POST holds", "401 401 403 403 404 403 201 201"),
        new("GET holds/{id}", "401 401 403 403 404 200 200 200"),
        new("PATCH holds/{id}", "401 401 403 403 404 403 200 200"),
        // Before its time.
        new("DELETE holds/{id}", "401 401 403 403 404 403 403 204"),
        new("GET webhooks", "401 401 403 403 200 403 200 200"),
        // To a host that is on no list.
        new("POST webhooks", "401 401 403 403 403 403 403 201"),
        new("GET webhooks/{id}", "401 401 403 403 404 403 200 200"),
        new("PATCH webhooks/{id}", "401 401 403 403 404 403 200 200"),
        new("DELETE webhooks/{id}", "401 401 403 403 404 403 204 204"),
        new("POST webhooks/{id}/test", "401 401 403 403 404 403 202 202"),
        new("GET shares", "401 401 403 403 200 200 200 200"),
        new("GET shares/{id}", "401 401 403 403 404 200 200 200"),
        new("GET drills", "401 401 403 403 200 200 200 200"),
        new("POST backups/{id}/drill", "401 401 403 403 403 403 403 202"),
        new("GET repositories", "401 401 403 403 200 200 200 200"),
        new("POST repositories/{id}/verify", "401 401 403 403 403 403 403 202"),
        new("GET audit", "401 401 403 403 200 200 200 200"),
        new("GET audit/export", "401 401 403 403 200 200 200 200"),
        new("GET volumes", "401 401 403 403 200 200 200 200"),
        new("POST volumes", "401 401 403 403 202 403 202 202"),
        new("GET volumes/{id}", "401 401 403 403 404 200 200 200"),
        new("PATCH volumes/{id}", "401 401 403 403 404 403 200 200"),
        new("DELETE volumes/{id}", "401 401 403 403 404 403 202 202"),
        new("POST volumes/{id}/backup", "401 401 403 403 404 403 202 202"),
        new("POST volumes/{id}/restore", "401 401 403 403 404 403 202 202"),
        new("POST volumes/{id}/unregister", "401 401 403 403 403 403 403 204"),
        new("POST volumes/{id}/reset_status", "401 401 403 403 403 403 403 200"),
    ];

    // What the project was given has rows of its own.
    protected override IEnumerable<string> Served =>
        NativeRoutes.Routes.SelectMany(route => route.Verbs.Select(verb => $"{verb} {Received(route.Path)}"));

    private static string Received(string path) =>
        path is "sharings/{id}/accept" or "sharings/{id}/reject" or "sharings/{id}/membership"
            ? path.Replace("{id}", "{received}")
            : path;

    internal override async Task<Answer> SendAsync(string name, string? caller)
    {
        string[] call = name.Split(' ');
        string path = call[1];
        string? body = null;
        if (path.StartsWith("backups/", StringComparison.Ordinal) || path == "search")
        {
            Share share = await World.AddShareAsync();
            Directory.CreateDirectory(Path.Join(World.Root, share.Path, "directory"));
            Backup backup = await World.BackUpAsync(share);
            path = path.Replace("{id}", backup.Id).Replace("{**path}", "directory");
            path += path.EndsWith("/changes", StringComparison.Ordinal) ? $"?since={backup.Id}" : "";
            body = """{"paths":["directory"]}""";
            path += path == "search" ? $"?name=a&backup_id={backup.Id}" : "";
        }
        else if (path.StartsWith("shares/", StringComparison.Ordinal))
        {
            path = path.Replace("{id}", (await World.AddShareAsync()).Id).Replace("{**path}", "file");
        }
        else if (path.StartsWith("operations/", StringComparison.Ordinal))
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
        else if (path.StartsWith("schedules", StringComparison.Ordinal))
        {
            Share share = await World.AddShareAsync();
            body =
                path == "schedules"
                    ? $$$"""{"share_id":"{{{share.Id}}}","cron":"30 2 * * *"}"""
                    : """{"name":"new","retention":{"keep_last":3}}""";
            path = path.Replace("{id}", (await World.AddScheduleAsync(share)).Id);
        }
        else if (path.StartsWith("repositories", StringComparison.Ordinal))
        {
            await World.Catalog.WriteAsync(
                session => session.Repositories.AddAsync(ApiHost.Project, new string('1', 64), Rows.Start),
                CancellationToken.None
            );
            path = path.Replace("{id}", ApiHost.Project);
        }
        else if (path == "drills")
        {
            Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
            await World.Catalog.WriteAsync(
                session => session.QueueDrillAsync(backup, caller: null, Rows.Start),
                CancellationToken.None
            );
        }
        else if (path.StartsWith("holds", StringComparison.Ordinal))
        {
            Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
            body = $$"""{"backup_id":"{{backup.Id}}","reason":"new"}""";
            path = path.Replace("{id}", (await World.AddHoldAsync(backup)).Id);
        }
        else if (path.StartsWith("webhooks", StringComparison.Ordinal))
        {
            body =
                path == "webhooks"
                    ? """{"url":"https://hooks.example.org/","events":["backup.failed"]}"""
                    : """{"events":["share.overdue"]}""";
            path = path.Replace("{id}", (await World.AddWebhookAsync()).Id);
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
        // Events have no end.
        call[0] = (call[0], path, caller) is ("GET", "events", not null) ? "HEAD" : call[0];
        return await Host.SendAsync(call[0], $"/api/v1/{path}", call[0] is "POST" or "PATCH" ? body : null, caller);
    }

    /// <summary>Each is asked for as the one with the least rights who may: administrators see some members more.</summary>
    [Fact]
    public async Task What_the_OpenAPI_document_says_of_a_call_is_what_it_answers()
    {
        await World.LiftQuotasAsync();
        Assert.Equal(Table.Select(row => row.Name).Order(), CallDescriptions.All.Select(Row).Order());
        List<string> wrong = [];
        foreach (CallDescription call in CallDescriptions.All)
        {
            // In the table the backup is another project's.
            bool isForeign = call.Name == "POST sharings";
            Answer answer = await SendAsync(Row(call), isForeign ? "other" : "member");
            bool isForbidden = answer.Code == 403;
            answer = isForbidden ? await SendAsync(Row(call), "admin") : answer;
            if (isForeign)
            {
                continue;
            }
            if (answer.Code != call.Status)
            {
                wrong.Add($"{call.Name}: {answer.Code}");
            }
            else if (call.Answer is { } example)
            {
                Compare(JsonNode.Parse(example), answer.Json, call.Name, isForbidden, wrong);
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_OpenAPI_document_is_everybodys()
    {
        Answer answer = await Host.SendAsync("GET", "/api/v1/openapi.json", token: null);
        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal("3.1.0", answer.Json["openapi"]!.GetValue<string>());
        JsonObject paths = answer.Json["paths"]!.AsObject();
        Assert.Equal(["get", "post"], paths["/volumes"]!.AsObject().Select(one => one.Key).Order());
        Assert.Equal(
            "path",
            paths["/backups/{id}/files/{path}"]!["get"]!["parameters"]![1]!["name"]!.GetValue<string>()
        );
        Assert.Equal(
            "integer",
            paths["/operations/{id}"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]![
                "properties"
            ]!["percent"]!["type"]!.GetValue<string>()
        );
    }

    private static string Row(CallDescription call) =>
        call.Name.Split(' ')[0] + " " + Received(call.Name.Split(' ')[1]);

    /// <param name="isAdmin">Then there may be more members.</param>
    private static void Compare(JsonNode? example, JsonNode? answer, string place, bool isAdmin, List<string> wrong)
    {
        if (example is null || answer is null)
        {
            return;
        }
        if (example.GetValueKind() != answer.GetValueKind() && !(IsFlag(example) && IsFlag(answer)))
        {
            wrong.Add($"{place}: {answer.ToJsonString()} is no {example.GetValueKind()}");
        }
        else if (example is JsonObject members)
        {
            string[] there = [.. answer.AsObject().Select(one => one.Key)];
            string[] said = [.. members.Select(one => one.Key)];
            if (said.Except(there).Any() || (!isAdmin && there.Except(said).Any()))
            {
                wrong.Add($"{place}: {string.Join(' ', there)}");
            }
            // What is told of an audit entry is each action's own.
            foreach (string name in said.Intersect(there).Where(name => name != "details"))
            {
                Compare(members[name], answer[name], $"{place} {name}", isAdmin, wrong);
            }
        }
        else if (example is JsonArray rows && answer.AsArray().Count > 0)
        {
            Compare(rows[0], answer[0], place, isAdmin, wrong);
        }
    }

    private static bool IsFlag(JsonNode node) => node.GetValueKind() is JsonValueKind.True or JsonValueKind.False;
}
