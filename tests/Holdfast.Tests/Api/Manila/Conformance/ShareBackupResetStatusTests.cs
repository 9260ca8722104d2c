using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>The action reset_status.</summary>
public sealed class ShareBackupResetStatusTests : ShareBackupTests
{
    [Theory]
    [InlineData("available")]
    [InlineData("creating")]
    [InlineData("deleting")]
    [InlineData("error")]
    [InlineData("error_deleting")]
    [InlineData("migrating")]
    [InlineData("migrating_to")]
    [InlineData("restoring")]
    [InlineData("server_migrating")]
    public async Task Reset_sets_the_status_alone(string status)
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());

        Answer answer = await ResetAsync(backup.Id, $"{{\"status\":\"{status}\"}}");

        Assert.Equal((202, ""), (answer.Code, answer.Text));
        Assert.Equal(status, (await World.Catalog.BackupAsync(backup.Id))!.Status);
    }

    [Theory]
    [InlineData("null", "Must specify 'status'")]
    [InlineData("\"error\"", "Must specify 'status'")]
    [InlineData("{}", "Must specify 'status'")]
    [InlineData("{\"state\":\"error\"}", "Must specify 'status'")]
    [InlineData("{\"os-status\":\"error\"}", "Must specify 'status'")]
    [InlineData("{\"status\":\"backup_creating\"}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":\"inactive\"}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":null}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":5}", "Invalid state. Valid states: ")]
    [InlineData("{\"status\":[]}", "The server could not comply")]
    [InlineData("{\"status\":{}}", "The server could not comply")]
    public async Task Reset_refuses_what_is_no_status_before_it_looks_for_the_backup(string value, string message)
    {
        Answer answer = await ResetAsync("nope", value);

        Assert.Equal(400, answer.Code);
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_of_an_unknown_backup_is_the_stock_404()
    {
        Answer answer = await ResetAsync("nope", "{\"status\":\"error\"}");

        Assert.Equal((404, "The resource could not be found."), (answer.Code, answer.Fault!.Value.Message));
    }

    [Fact]
    public async Task Reset_of_a_backup_under_way_releases_its_share()
    {
        Share share = await World.AddShareAsync();
        string id = Text((await CreateAsync(share.Id)).Json["share_backup"], "id")!;

        Assert.Equal(202, (await ResetAsync(id, "{\"status\":\"error\"}")).Code);

        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Equal(BackupStatus.Error, (await World.Catalog.BackupAsync(id))!.Status);
    }
}
