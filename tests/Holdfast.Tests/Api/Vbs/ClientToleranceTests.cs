using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>
/// What breaks the SDKs in use, as measured on them (<c>client-tolerance-matrix.json</c>): no answer here does any of it. Each
/// behaviour is first put into a real answer, to see that it would be noticed.
/// </summary>
public sealed class ClientToleranceTests : VbsTests
{
    private static readonly string[] Sdks = ["golangsdk", "gophertelekomcloud"];

    private static readonly Dictionary<string, Behaviour> Behaviours = new()
    {
        ["ctype none"] = new(reply => reply with { Type = null }, reply => reply.Type is null),
        ["ctype text/plain"] = new(
            reply => reply with { Type = "text/plain" },
            reply => reply.Type?.StartsWith("application/json", StringComparison.Ordinal) == false
        ),
        ["created Z"] = Time("created_at", "2026-01-02T03:04:05Z", text => text.EndsWith('Z')),
        ["created +00:00"] = Time("created_at", "2026-01-02T03:04:05+00:00", text => text.LastIndexOf('+') > 0),
        ["created space sep"] = Time("created_at", "2026-01-02 03:04:05", text => text.Contains(' ')),
        ["created epoch int"] = Member("created_at", 1767323045, IsNumber),
        ["deleted bool"] = Member("deleted", false, IsFlag),
        ["deleted int"] = Member("deleted", 0, IsNumber),
        ["is_incremental str"] = OfBackup("is_incremental", "true", IsText),
        ["size str"] = OfBackup("size", "1", IsText),
        ["size float 1.5"] = OfBackup(
            "size",
            1.5,
            value => IsNumber(value) && !value!.AsValue().TryGetValue(out long _)
        ),
        ["service_metadata object"] = OfBackup("service_metadata", new JsonObject(), value => value is JsonObject),
        ["description object"] = OfBackup("description", new JsonObject(), value => value is JsonObject),
        ["backup data_timestamp Z"] = OfBackup(
            "data_timestamp",
            "2026-01-02T03:04:05Z",
            value => IsText(value) && value!.GetValue<string>().EndsWith('Z')
        ),
        ["extra list key"] = new(
            reply => reply.With(body => body.AsObject()["aaa"] = new JsonArray()),
            reply =>
                reply.Body is JsonObject body
                && body.Any(member =>
                    member.Value is JsonArray
                    && member.Key != "shared"
                    && !member.Key.EndsWith("links", StringComparison.Ordinal)
                )
        ),
        ["shared object not list"] = new(
            reply => reply.With(body => body["shared"] = new JsonObject()),
            reply => reply.Body?["shared"] is not JsonArray
        ),
        ["204"] = Status(204),
        ["bare array"] = new(reply => reply with { Body = new JsonArray() }, reply => reply.Body is JsonArray),
        ["400 badRequest"] = Status(400),
        ["404"] = Status(404),
        ["409"] = Status(409),
    };

    [Fact]
    public void Every_behaviour_that_breaks_a_client_is_looked_for() =>
        Assert.Equal(
            Sample("client-tolerance-matrix")["cases"]!
                .AsArray()
                .Where(one => Sdks.Any(sdk => Breaks(one![sdk]!)))
                .Select(one => Text(one, "case"))
                .Order(),
            Behaviours.Keys.Order()
        );

    [Fact]
    public async Task No_answer_has_one()
    {
        Reply[] lists = await ListsAsync();
        Assert.Equal([2, 1, 2, 1, 0], lists.Select(list => list.Rows.Count()));
        foreach ((string name, Behaviour behaviour) in Behaviours)
        {
            Assert.True(behaviour.Shows(behaviour.Put(lists[0])), $"{name} goes unnoticed");
            Assert.All(lists, list => Assert.False(behaviour.Shows(list), name));
        }
    }

    [Fact]
    public async Task Statuses_and_shapes_are_those_that_clients_accept()
    {
        JsonNode accepted = Sample("client-tolerance-matrix")["accepted_status_codes"]!;
        Backup backup = await AddBackupAsync();

        Answer created = await ShareAsync(backup.Id, Recipient);
        Assert.Contains(created.Code, Codes("create"));
        JsonNode row = Assert.Single(created.Json["shared"]!.AsArray())!;

        Answer shown = await SendAsync("GET", $"/{Text(row, "id")}");
        Assert.Contains(shown.Code, Codes("get"));
        Assert.IsType<JsonObject>(shown.Json["shared"]);

        Answer listed = await SendAsync("GET", "/detail");
        Assert.Contains(listed.Code, Codes("list_golangsdk"));
        Assert.Contains(listed.Code, Codes("list_gophertelekomcloud"));
        Assert.IsType<JsonArray>(listed.Json["shared"]);

        Answer one = await SendAsync("DELETE", $"/{Text(row, "id")}");
        Answer all = await SendAsync("DELETE", $"/{backup.Id}?is_backup_id=true");
        Assert.Contains(one.Code, Codes("delete"));
        Assert.Contains(all.Code, Codes("delete"));
        Assert.Equal(("", ""), (one.Text, all.Text));

        int[] Codes(string call) => [.. accepted[call]!.AsArray().Select(code => code!.GetValue<int>())];
    }

    /// <summary>Answers with rows that have every member and with rows that have as few as can be, and with none.</summary>
    private async Task<Reply[]> ListsAsync()
    {
        Backup full = await AddBackupAsync(change: row =>
            row with
            {
                Name = "full",
                Description = """{"DESC":"d","INC":0}""",
                FailReason = "why",
                Capture = "snapshot",
                DataAt = row.CreatedAt,
                IsIncremental = true,
                ObjectCount = 3,
                UpdatedAt = row.CreatedAt,
            }
        );
        await World.AddSharingAsync(full, Recipient, change: row => row with { UpdatedAt = row.CreatedAt });
        Backup bare = await AddBackupAsync();
        return
        [
            Reply.Of(await ShareAsync(bare.Id, Recipient, Third)),
            Reply.Of(await SendAsync("GET", $"/detail?backup_id={full.Id}")),
            Reply.Of(await SendAsync("GET", "/detail?limit=2")),
            Reply.Of(await SendAsync("GET", "/detail?share_to_me=true", project: Third)),
            Reply.Of(await SendAsync("GET", "/detail?share_to_me=true")),
        ];
    }

    // One row was served in each case.
    private static bool Breaks(JsonNode seen) => !seen["ok"]!.GetValue<bool>() || seen["rows"]!.GetValue<int>() > 1;

    private static Behaviour Status(int code) =>
        new(reply => reply with { Status = code }, reply => reply.Status == code);

    private static Behaviour Time(string name, string text, Func<string, bool> shows) =>
        Member(name, text, value => IsText(value) && shows(value!.GetValue<string>()));

    private static Behaviour Member(string name, JsonNode value, Func<JsonNode?, bool> shows) =>
        new(
            reply => reply.With(body => body["shared"]![0]![name] = value.DeepClone()),
            reply => reply.Rows.Any(row => shows(row[name]) || shows(row["backup"]?[name]))
        );

    private static Behaviour OfBackup(string name, JsonNode value, Func<JsonNode?, bool> shows) =>
        new(
            reply => reply.With(body => body["shared"]![0]!["backup"] = new JsonObject { [name] = value.DeepClone() }),
            reply => reply.Rows.Any(row => shows(row["backup"]?[name]))
        );

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static bool IsNumber(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number;

    private static bool IsFlag(JsonNode? value) => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private sealed record Behaviour(Func<Reply, Reply> Put, Func<Reply, bool> Shows);

    private sealed record Reply(int Status, string? Type, JsonNode? Body)
    {
        public IEnumerable<JsonNode> Rows =>
            (Body as JsonObject)?["shared"] is JsonArray rows ? rows.Select(row => row!) : [];

        public static Reply Of(Answer answer) => new(answer.Code, answer.Header("Content-Type"), answer.Json);

        public Reply With(Action<JsonNode> change)
        {
            JsonNode copy = Body!.DeepClone();
            change(copy);
            return this with { Body = copy };
        }
    }
}
