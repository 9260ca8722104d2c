using System.Text.Json.Nodes;
using Holdfast.Api.Native.Audit;
using Holdfast.Core.Catalog;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class AuditTests : ManilaTests
{
    private const string Header =
        "id,at,action,project_id,backup_id,object_id,actor,actor_project_id,address,request_id,details";

    [Fact]
    public async Task An_entry_has_exactly_the_documented_members()
    {
        await AddAsync(
            new AuditEntry
            {
                At = Rows.Start,
                Action = AuditAction.RestoreShared,
                Actor = "u",
                ActorProjectId = ApiHost.OtherProject,
                ProjectId = ApiHost.Project,
                BackupId = "b",
                ObjectId = "s",
                Address = "192.0.2.7",
                RequestId = "req-1",
                Details = """{"a":[1]}""",
            }
        );
        JsonNode entry = Assert.Single((await GetAsync("")).Json["audit"]!.AsArray())!;
        Assert.Equal(
            """
            {"id":"1","at":"2026-01-02T03:04:05.000000Z","action":"sharing.restore","project_id":"0123456789abcdef0123456789abcdef","backup_id":"b","object_id":"s","actor":"u","actor_project_id":"fedcba9876543210fedcba9876543210","address":"192.0.2.7","request_id":"req-1","details":{"a":[1]}}
            """,
            entry.ToJsonString()
        );
    }

    [Fact]
    public async Task What_is_done_with_a_backup_is_in_its_owners_trail_with_the_callers_address_and_request()
    {
        Holdfast.Core.Model.Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        await World.AddSharingAsync(backup, ApiHost.OtherProject);
        Answer look = await Host.SendAsync("GET", $"/v2/share-backups/{backup.Id}", token: "other");

        JsonNode entry = Assert.Single((await GetAsync("")).Json["audit"]!.AsArray())!;
        Assert.Equal(
            ("sharing.look", ApiHost.OtherProject, "d4", "127.0.0.1", look.Header("x-openstack-request-id")),
            (
                Text(entry, "action"),
                Text(entry, "actor_project_id"),
                Text(entry, "actor"),
                Text(entry, "address"),
                Text(entry, "request_id")
            )
        );
        Assert.Equal($$"""{"to_project_id":"{{ApiHost.OtherProject}}"}""", entry["details"]?.ToJsonString());
        Assert.Empty((await GetAsync("", "other")).Json["audit"]!.AsArray());
        Assert.Equal(Header, (await GetAsync("/export", "other")).Text.TrimEnd());
    }

    [Theory]
    [InlineData("", "4 3 2 1")]
    [InlineData("?action=b", "4 2")]
    [InlineData("?backup_id=b1", "2 1")]
    [InlineData("?object_id=o3&action=a", "3")]
    [InlineData("?from=2026-01-02T03:04:06Z", "4 3 2")]
    [InlineData("?to=2026-01-02T04:04:07%2B01:00", "2 1")]
    [InlineData("?from=2026-01-02T03:04:06.000001Z&to=2026-01-02T03:04:07.5Z", "3")]
    [InlineData("?all_projects=false", "4 3 2 1")]
    [InlineData("?action=sharing", "")]
    public async Task The_filters_of_list_and_export(string query, string found)
    {
        await AddTrailAsync();
        Assert.Equal(found, string.Join(' ', Ids(await GetAsync(query))));
        Answer export = await GetAsync("/export" + query + (query.Length == 0 ? "?" : "&") + "format=jsonl");
        string[] lines = export.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            string.Join(' ', found.Split(' ', StringSplitOptions.RemoveEmptyEntries).Reverse()),
            string.Join(' ', lines.Select(line => Text(JsonNode.Parse(line), "id")))
        );
    }

    [Fact]
    public async Task Pages_follow_one_another_through_entries_of_one_moment()
    {
        foreach (int n in Enumerable.Range(0, 7))
        {
            await AddAsync(Entry($"a{n}", second: n / 5));
        }
        List<string?> seen = [];
        string? cursor = null;
        do
        {
            Answer page = await GetAsync("?limit=2" + (cursor is null ? "" : "&cursor=" + cursor));
            seen.AddRange(Ids(page));
            cursor = Text(page.Json, "next_cursor");
            // What comes meanwhile is before the first page.
            await AddAsync(Entry("new", second: 100));
        } while (cursor is not null);
        Assert.Equal(["7", "6", "5", "4", "3", "2", "1"], seen);
    }

    [Fact]
    public async Task All_projects_are_the_administrators_and_refused_to_others()
    {
        await AddTrailAsync();
        Assert.Equal(["6", "5", "4", "3", "2", "1"], Ids(await GetAsync("?all_projects=true", "admin")));
        Assert.Equal(403, (await GetAsync("?all_projects=true")).Code);
        Assert.Equal(403, (await GetAsync("/export?all_projects=true")).Code);
    }

    [Theory]
    [InlineData("?from=yesterday")]
    [InlineData("?from=2026-01-02T03:04:06")]
    [InlineData("?to=2026-01-02")]
    [InlineData("?to=")]
    [InlineData("/export?from=1")]
    [InlineData("/export?format=xml")]
    [InlineData("/export?all_projects=yes")]
    [InlineData("?limit=0")]
    [InlineData("?cursor=x")]
    // A place in a list of operations.
    [InlineData("?cursor=AAZHZPZCBkBhYmM")]
    public async Task What_cannot_be_read_is_400(string query)
    {
        Answer answer = await GetAsync(query);
        Assert.Equal((400, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
    }

    [Theory]
    [InlineData("csv", "text/csv; charset=utf-8; header=present")]
    [InlineData("jsonl", "application/jsonl")]
    public async Task An_export_is_a_file_to_keep(string format, string type)
    {
        await AddTrailAsync();
        Answer answer = await GetAsync("/export?format=" + format);
        Assert.Equal(
            (200, type, $"attachment; filename=audit.{format}; filename*=UTF-8''audit.{format}", "nosniff"),
            (
                answer.Code,
                answer.Header("Content-Type"),
                answer.Header("Content-Disposition"),
                answer.Header("X-Content-Type-Options")
            )
        );
        Assert.Equal(format == "csv" ? 5 : 4, answer.Text.Split('\n').Length - 1);
    }

    [Fact]
    public async Task An_export_is_longer_than_any_page()
    {
        await World.Catalog.WriteAsync(
            async session =>
            {
                foreach (int n in Enumerable.Range(0, 1201))
                {
                    await session.Audit.AddAsync(Entry($"a{n}"));
                }
            },
            default
        );
        string[] lines = (await GetAsync("/export")).Text.Split("\r\n");
        Assert.Equal(Header, lines[0]);
        Assert.Equal(Enumerable.Range(1, 1201).Select(n => $"{n}"), lines[1..^1].Select(line => line.Split(',')[0]));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    public void No_field_of_the_csv_is_a_formula(string? text, string field) =>
        Assert.Equal(field, AuditExport.Field(text));

    private static AuditEntry Entry(string action, int second = 0, string? project = ApiHost.Project) =>
        new()
        {
            At = Rows.Start.AddSeconds(second),
            Action = action,
            Actor = "u",
            ProjectId = project,
        };

    private async Task AddTrailAsync() =>
        await AddAsync(
            Entry("a") with
            {
                BackupId = "b1",
            },
            Entry("b", 1) with
            {
                BackupId = "b1",
            },
            Entry("a", 2) with
            {
                ObjectId = "o3",
            },
            Entry("b", 3),
            Entry("a", 4, ApiHost.OtherProject),
            Entry("a", 5, project: null)
        );

    private Task AddAsync(params AuditEntry[] entries) =>
        World.Catalog.WriteAsync(
            async session =>
            {
                foreach (AuditEntry entry in entries)
                {
                    await session.Audit.AddAsync(entry);
                }
            },
            default
        );

    private Task<Answer> GetAsync(string tail, string token = "member") =>
        Host.SendAsync("GET", "/api/v1/audit" + tail, token: token);

    private static IEnumerable<string?> Ids(Answer list) =>
        list.Json["audit"]!.AsArray().Select(entry => Text(entry, "id"));
}
