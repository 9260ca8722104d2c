using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class VolumesTests : ManilaTests
{
    private static readonly string[] Members =
    [
        "availability_zone",
        "bytes",
        "created_at",
        "description",
        "id",
        "kind",
        "name",
        "project_id",
        "registered",
        "size",
        "source_backup_id",
        "status",
        "updated_at",
        "user_id",
    ];

    [Fact]
    public async Task A_volume_has_these_members_and_where_it_lies_is_for_administrators()
    {
        Volume volume = await World.AddVolumeAsync();
        Answer answer = await SendAsync("GET", $"/{volume.Id}");
        Assert.Equal(200, answer.Code);
        Assert.Equal(Members.Append("protection").Order(), Keys(answer.Json));
        JsonNode listed = Assert.Single((await SendAsync("GET", "")).Json["volumes"]!.AsArray())!;
        foreach (JsonNode protection in (JsonNode[])[answer.Json["protection"]!, listed["protection"]!])
        {
            Assert.Equal(
                ("unprotected", null, null),
                (Text(protection, "state"), Text(protection, "recovery_point"), Text(protection, "last_drill"))
            );
        }
        Assert.Equal(
            (volume.Id, "disk", "available", "file", "nova", "2026-01-02T03:04:05.000000Z"),
            (
                Text(answer.Json, "id"),
                Text(answer.Json, "name"),
                Text(answer.Json, "status"),
                Text(answer.Json, "kind"),
                Text(answer.Json, "availability_zone"),
                Text(answer.Json, "created_at")
            )
        );
        Assert.Equal((1, 1L << 30), (answer.Json["size"]!.GetValue<int>(), answer.Json["bytes"]!.GetValue<long>()));
        Assert.False(answer.Json["registered"]!.GetValue<bool>());

        Answer administrators = await SendAsync("GET", $"/{volume.Id}", token: "admin");
        Assert.Equal(Members.Concat(["node", "path", "protection", "root"]).Order(), Keys(administrators.Json));
        Assert.Equal(("local", volume.Id), (Text(administrators.Json, "root"), Text(administrators.Json, "path")));
    }

    [Fact]
    public async Task A_new_volume_is_accepted_with_its_operation()
    {
        Answer answer = await SendAsync("POST", "", """{"size": 2, "name": "disk", "description": null}""");
        Assert.Equal(202, answer.Code);
        Assert.Equal(Members.Append("operation_id").Order(), Keys(answer.Json));
        Assert.Equal(("creating", "disk"), (Text(answer.Json, "status"), Text(answer.Json, "name")));
        string id = Text(answer.Json, "id")!;
        JsonNode operation = (await Host.SendAsync("GET", $"/api/v1/operations?volume_id={id}")).Json["operations"]![
            0
        ]!;
        Assert.Equal(
            (Text(answer.Json, "operation_id"), "create_volume", id),
            (Text(operation, "id"), Text(operation, "kind"), Text(operation, "volume_id"))
        );
    }

    [Theory]
    [InlineData("", "The request body must be a JSON object.")]
    [InlineData("[]", "The request body must be a JSON object.")]
    [InlineData("{", "Malformed request body")]
    [InlineData("{}", "'size', in GiB, is missing: only with a backup there is one to take.")]
    [InlineData("""{"size": "2"}""", "'size' must be a whole number of GiB.")]
    [InlineData("""{"size": 1.5}""", "'size' must be a whole number of GiB.")]
    [InlineData("""{"size": 99999999999}""", "'size' must be a whole number of GiB.")]
    [InlineData("""{"size": 0}""", "'size' must be a number of GiB from 1 to 2048.")]
    [InlineData("""{"size": 1, "name": {}}""", "'name' must be text.")]
    [InlineData("""{"size": 1, "name": "a\u0000"}""", "'name' must not contain a NUL character.")]
    [InlineData(
        """{"size": 1, "project_id": "a"}""",
        "'project_id' goes with 'path': a new volume is the project's that asks for it."
    )]
    public async Task A_new_volume_that_makes_no_sense_is_a_problem_that_says_why(string body, string why)
    {
        AssertProblem(await SendAsync("POST", "", body), 400, why);
        Assert.Empty(await IdsAsync(""));
    }

    [Fact]
    public async Task A_volume_of_nobodys_backup_is_404()
    {
        Answer answer = await SendAsync("POST", "", """{"backup_id": "b"}""");
        AssertProblem(answer, 404, "Backup b could not be found.");
    }

    [Fact]
    public async Task An_administrator_registers_what_is_there_for_a_project()
    {
        string body = Registration(World.MakeImage("image", (1L << 30) + 1));
        AssertProblem(await SendAsync("POST", "", body), 403, Denied);
        Answer answer = await SendAsync("POST", "", body, "admin");
        Assert.Equal(201, answer.Code);
        Assert.Equal(
            ("available", ApiHost.OtherProject, "image"),
            (Text(answer.Json, "status"), Text(answer.Json, "project_id"), Text(answer.Json, "path"))
        );
        Assert.True(answer.Json["registered"]!.GetValue<bool>());
        Assert.Equal(2, answer.Json["size"]!.GetValue<int>());
        string id = Text(answer.Json, "id")!;
        Assert.Equal([id], await IdsAsync("", "other"));
        AssertProblem(
            await SendAsync("DELETE", $"/{id}", token: "other"),
            403,
            $"Volume {id} was there before it was registered: let an administrator unregister it instead."
        );
        Assert.Equal((204, ""), await CodeAsync("POST", $"/{id}/unregister"));
        Assert.Equal(404, (await SendAsync("GET", $"/{id}", token: "admin")).Code);
    }

    [Theory]
    [InlineData("""{"path": "/etc/passwd", "project_id": "ab"}""", "it lies beneath none of the volume roots")]
    [InlineData("""{"path": "image", "project_id": "ab"}""", "'image' is not an absolute path.")]
    [InlineData("""{"path": "/etc/passwd"}""", "'project_id' must be text, and not empty.")]
    [InlineData("""{"path": "/etc/passwd", "project_id": "../ab"}""", "'project_id' must be a project's id")]
    [InlineData("""{"path": "/etc/passwd", "project_id": "ab", "size": 1}""", "'size' is of a new volume")]
    [InlineData("""{"path": [], "project_id": "ab"}""", "'path' must be text.")]
    public async Task A_registration_that_makes_no_sense_is_a_problem_that_says_why(string body, string why)
    {
        Answer answer = await SendAsync("POST", "", body, "admin");
        Assert.Equal(400, answer.Code);
        Assert.Contains(why, Text(answer.Json, "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_changed_and_a_null_clears()
    {
        Volume volume = await World.AddVolumeAsync();
        Answer answer = await SendAsync("PATCH", $"/{volume.Id}", """{"name": null, "description": "words"}""");
        Assert.Equal((200, null, "words"), (answer.Code, Text(answer.Json, "name"), Text(answer.Json, "description")));
        AssertProblem(
            await SendAsync("PATCH", $"/{volume.Id}", $$"""{"name": "{{new string('a', 256)}}"}"""),
            400,
            "'name' must not be longer than 255 characters."
        );
    }

    [Fact]
    public async Task Deleting_is_accepted_once()
    {
        Volume volume = await World.AddVolumeAsync();
        Answer answer = await SendAsync("DELETE", $"/{volume.Id}");
        Assert.Equal((202, "deleting"), (answer.Code, Text(answer.Json, "status")));
        Assert.Equal(Text(answer.Json, "operation_id"), Assert.Single(await World.QueuedAsync()).Id);
        AssertProblem(
            await SendAsync("DELETE", $"/{volume.Id}"),
            409,
            $"Volume {volume.Id} is deleting: it can be deleted when that is over, or is cancelled."
        );
    }

    [Fact]
    public async Task An_administrator_sets_a_status_that_ends_what_hangs()
    {
        Volume volume = await World.AddVolumeAsync(one => one with { Status = VolumeStatus.ErrorRestoring });
        string path = $"/{volume.Id}/reset_status";
        AssertProblem(await SendAsync("POST", path, """{"status": "available"}"""), 403, Denied);
        foreach (string body in (string[])["""{"status": "deleting"}""", """{"status": ""}""", "{}"])
        {
            Assert.Equal(400, (await SendAsync("POST", path, body, "admin")).Code);
        }
        Answer answer = await SendAsync("POST", path, """{"status": "available"}""", "admin");
        Assert.Equal((200, "available"), (answer.Code, Text(answer.Json, "status")));
        Assert.Equal(404, (await SendAsync("POST", "/none/reset_status", """{"status": "error"}""", "admin")).Code);
    }

    [Fact]
    public async Task The_list_is_of_the_callers_project_newest_first_and_filters_and_pages()
    {
        Volume first = await World.AddVolumeAsync();
        Volume second = await World.AddVolumeAsync(one =>
            one with
            {
                Name = "other",
                Status = VolumeStatus.Error,
                CreatedAt = one.CreatedAt.AddSeconds(1),
            }
        );
        Volume foreign = await World.AddVolumeAsync(one => one with { ProjectId = ApiHost.OtherProject });
        Assert.Equal([second.Id, first.Id], await IdsAsync(""));
        Assert.Equal([foreign.Id], await IdsAsync("", "other"));
        Assert.Equal([second.Id], await IdsAsync("?status=error"));
        Assert.Equal([first.Id], await IdsAsync("?name=disk"));
        Assert.Empty(await IdsAsync("?name=dis"));
        string[] all = [first.Id, second.Id, foreign.Id];
        Assert.Equal(all.Order(), (await IdsAsync("?all_projects=true", "admin")).Order());
        AssertProblem(await SendAsync("GET", "?all_projects=true"), 403, Denied);

        JsonNode page = (await SendAsync("GET", "?limit=1")).Json;
        Assert.Equal(second.Id, Text(page["volumes"]![0], "id"));
        Assert.Equal([first.Id], await IdsAsync($"?limit=1&cursor={Text(page, "next_cursor")}"));
        Assert.Null((await SendAsync("GET", "?limit=2")).Json["next_cursor"]);
        AssertProblem(await SendAsync("GET", "?limit=0"), 400, "'limit' must be a number from 1 to 1000.");
        Assert.Equal(400, (await SendAsync("GET", "?status=unheard-of")).Code);
    }

    private static string Registration(string path) =>
        $$"""{"path": "{{path}}", "project_id": "{{ApiHost.OtherProject}}", "name": "image"}""";

    private Task<Answer> SendAsync(string method, string path, string? body = null, string token = "member") =>
        Host.SendAsync(method, $"/api/v1/volumes{path}", body, token);

    private async Task<(int, string)> CodeAsync(string method, string path)
    {
        Answer answer = await SendAsync(method, path, token: "admin");
        return (answer.Code, answer.Text);
    }

    private async Task<List<string>> IdsAsync(string query, string token = "member") =>
        [.. (await SendAsync("GET", query, token: token)).Json["volumes"]!.AsArray().Select(one => Text(one, "id")!)];

    private static void AssertProblem(Answer answer, int status, string detail)
    {
        Assert.Equal("application/problem+json", answer.Header("Content-Type"));
        Assert.Equal((status, detail), (answer.Code, Text(answer.Json, "detail")));
    }
}
