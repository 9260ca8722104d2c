using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Manila.Conformance;

/// <summary>The words that the tests of share backups use.</summary>
public abstract class ShareBackupTests : ManilaTests
{
    protected const string Backups = "/v2/share-backups";
    protected const string NoBody = "Body does not contain 'share_backup' information.";

    protected static readonly string[] MemberKeys =
    [
        "availability_zone",
        "backup_type",
        "created_at",
        "description",
        "id",
        "name",
        "progress",
        "restore_progress",
        "share_id",
        "size",
        "status",
        "updated_at",
    ];

    internal Task<Answer> CreateAsync(string shareId, string? members = null, string token = "member") =>
        Host.SendAsync(
            "POST",
            Backups,
            $"{{\"share_backup\":{{\"share_id\":\"{shareId}\"{(members is null ? "" : "," + members)}}}}}",
            token
        );

    internal Task<Answer> RestoreAsync(Backup backup, string value, string version = "2.91") =>
        Host.SendAsync("POST", $"{Backups}/{backup.Id}/action", $"{{\"restore\":{value}}}", version: version);

    internal Task<Answer> ResetAsync(string id, string value) =>
        Host.SendAsync("POST", $"{Backups}/{id}/action", $"{{\"reset_status\":{value}}}", "admin");

    protected async Task RefusedAsync(string method, string path, string? body, int status, string key, string message)
    {
        Answer answer = await Host.SendAsync(method, path, body);

        Assert.Equal((status, (key, message)), (answer.Code, answer.Fault!.Value));
    }
}
