using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>
/// The bodies of the vendor's pages, letter by letter, from a service that has what they show; but
/// <c>has_dependent_backups</c>, which is never unknown here, and <c>fail_reason</c>, which is the owner's to know.
/// </summary>
public sealed class SharingSampleTests : VbsTests
{
    private const string Backup = "066b1e37-9305-4057-97e5-2e99b21fc71d";

    [Theory]
    [InlineData("/detail")]
    [InlineData("/detail?backup_id=066b1e37-9305-4057-97e5-2e99b21fc71d&sort_dir=desc")]
    public async Task The_list_in_detail(string tail)
    {
        JsonNode sample = Sample("share-detail-list-response");
        await SeedAsync(sample);
        Answer answer = await SendAsync("GET", tail);
        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal(Expected(sample), answer.Text);
    }

    [Fact]
    public async Task Each_recipient_sees_the_row_that_is_its_own()
    {
        JsonNode sample = Sample("share-detail-list-response");
        await SeedAsync(sample);
        foreach (JsonNode? row in sample["shared"]!.AsArray())
        {
            JsonNode given = row!.DeepClone();
            given["backup"]!["fail_reason"] = null;
            string expected = Expected(new JsonObject { ["shared"] = new JsonArray(given) });
            string project = Text(row, "to_project_id")!;
            Assert.Equal(expected, (await SendAsync("GET", "/detail?share_to_me=true", project: project)).Text);
        }
    }

    [Fact]
    public async Task The_count()
    {
        await SeedAsync(Sample("share-detail-list-response"));
        Answer answer = await SendAsync("GET", "/count");
        Assert.Equal((200, Expected(Sample("share-count-response"))), (answer.Code, answer.Text));
    }

    [Fact]
    public async Task One_sharing_by_its_owner_and_by_its_recipient()
    {
        JsonNode sample = Sample("share-show-response");
        await SeedAsync(sample);
        string id = Text(sample["shared"], "id")!;
        Answer owned = await SendAsync("GET", $"/{id}");
        Assert.Equal((200, Expected(sample)), (owned.Code, owned.Text));

        Assert.NotNull(Text(sample["shared"]!["backup"], "fail_reason"));
        sample["shared"]!["backup"]!["fail_reason"] = null;
        Answer given = await SendAsync("GET", $"/{id}", project: Text(sample["shared"], "to_project_id")!);
        Assert.Equal((200, Expected(sample)), (given.Code, given.Text));
    }

    [Fact]
    public async Task Sharing_answers_with_a_flat_row_for_each_project()
    {
        await SeedAsync(Sample("share-show-response"));
        JsonNode request = Sample("share-create-request");
        string[] projects =
        [
            .. request["shared"]!["to_project_ids"]!.AsArray().Select(project => project!.GetValue<string>()),
        ];
        // The example's first project has it already, by the row that the example shows.
        JsonNode example = Sample("share-create-response")["shared"]![0]!;

        Answer answer = await SendAsync("POST", "", request.ToJsonString());

        Assert.Equal((200, "application/json"), (answer.Code, answer.Header("Content-Type")));
        Assert.Equal(["shared"], Keys(answer.Json));
        JsonArray rows = answer.Json["shared"]!.AsArray();
        Assert.Equal(projects, rows.Select(row => Text(row, "to_project_id")));
        Assert.Equal(Text(example, "id"), Text(rows[0], "id"));
        Assert.All(
            rows,
            row =>
            {
                Assert.Equal(
                    example.AsObject().Select(member => member.Key),
                    row!.AsObject().Select(member => member.Key)
                );
                Assert.Equal((Backup, Owner), (Text(row, "backup_id"), Text(row, "from_project_id")));
                Assert.True(row["deleted"] is null && row["deleted_at"] is null && row["updated_at"] is null);
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$", Text(row, "created_at"));
                Assert.Matches("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", Text(row, "id"));
            }
        );
    }

    [Fact]
    public async Task A_backup_says_what_is_known_of_its_data()
    {
        Backup backup = await AddBackupAsync(change: row =>
            row with
            {
                Name = "nightly \"ü\" <1>",
                Description = """{"DESC":"d","INC":1}""",
                Capture = "live",
                DataAt = row.CreatedAt.AddMicroseconds(1),
                IsIncremental = true,
                ObjectCount = 12,
                UpdatedAt = row.CreatedAt.AddSeconds(2),
            }
        );
        await World.Catalog.WriteAsync(
            session => session.Repositories.AddAsync(Owner, new string('c', 64), backup.CreatedAt),
            CancellationToken.None
        );
        Sharing sharing = await World.AddSharingAsync(backup, Recipient);

        JsonNode shown = (await SendAsync("GET", $"/{sharing.Id}", project: Recipient)).Json["shared"]!["backup"]!;

        Assert.Equal(
            Sample("share-show-response")["shared"]!["backup"]!.AsObject().Select(member => member.Key),
            shown.AsObject().Select(member => member.Key)
        );
        Assert.Equal(
            (new string('c', 64), true, 12, false, "2026-01-02T03:04:05.000001", "2026-01-02T03:04:07.000000"),
            (
                Text(shown, "container"),
                shown["is_incremental"]!.GetValue<bool>(),
                shown["object_count"]!.GetValue<int>(),
                shown["has_dependent_backups"]!.GetValue<bool>(),
                Text(shown, "data_timestamp"),
                Text(shown, "updated_at")
            )
        );
        Assert.Equal((backup.Name, backup.Description), (Text(shown, "name"), Text(shown, "description")));
        Assert.Equal((backup.ShareId, null), (Text(shown, "volume_id"), Text(shown, "snapshot_id")));
        Assert.Equal("""{"capture":"live","kind":"share"}""", Text(shown, "service_metadata"));
    }

    private static string Expected(JsonNode sample)
    {
        string text = sample
            .ToJsonString()
            .Replace("\"has_dependent_backups\":null", "\"has_dependent_backups\":false");
        return text;
    }
}
