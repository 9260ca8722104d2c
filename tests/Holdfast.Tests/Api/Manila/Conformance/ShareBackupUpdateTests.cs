using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>PUT /v2/share-backups/{id}.</summary>
public sealed class ShareBackupUpdateTests : ShareBackupTests
{
    [Theory]
    [InlineData("\"name\":\"n\"", "n", "old")]
    [InlineData("\"description\":\"n\"", "old", "n")]
    [InlineData("\"display_name\":\"n\"", "n", "old")]
    [InlineData("\"display_description\":\"n\"", "old", "n")]
    [InlineData("\"name\":\"n\",\"display_name\":\"other\"", "n", "old")]
    [InlineData("\"name\":null", null, "old")]
    [InlineData("\"name\":\"\"", "", "old")]
    [InlineData("\"status\":\"error\",\"size\":5", "old", "old")]
    [InlineData("", "old", "old")]
    public async Task Update_changes_what_is_named_and_nothing_else(string members, string? name, string? description)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string one = $"{Backups}/{backup.Id}";
        await Host.SendAsync("PUT", one, "{\"share_backup\":{\"name\":\"old\",\"description\":\"old\"}}");

        Answer answer = await Host.SendAsync("PUT", one, $"{{\"share_backup\":{{{members}}}}}");

        Assert.Equal(200, answer.Code);
        JsonNode shown = (await Host.SendAsync("GET", one)).Json["share_backup"]!;
        Assert.Equal(
            (name, description),
            (shown["name"]?.GetValue<string>(), shown["description"]?.GetValue<string>())
        );
        Assert.Equal("available", Text(shown, "status"));
        Assert.NotNull(shown["updated_at"]);
    }

    [Fact]
    public async Task Update_refuses_a_body_without_its_object_before_it_looks_for_the_backup() =>
        await RefusedAsync("PUT", Backups + "/nope", "{\"foo\":{}}", 422, "computeFault", NoBody);

    [Fact]
    public async Task Update_of_a_text_too_long_is_400()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        string body = $"{{\"share_backup\":{{\"name\":\"{new string('x', 256)}\"}}}}";

        Assert.Equal(400, (await Host.SendAsync("PUT", $"{Backups}/{backup.Id}", body)).Code);
    }
}
