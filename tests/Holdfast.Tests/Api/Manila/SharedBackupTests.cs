using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>What a backup that was shared is to its recipient on Manila's paths, and that it is nothing to anybody else.</summary>
public sealed class SharedBackupTests : ShareBackupTests
{
    private static readonly (string Name, string Method, string Tail, string? Body)[] Calls =
    [
        ("show", "GET", "", null),
        ("update", "PUT", "", """{"share_backup":{"name":"x"}}"""),
        ("delete", "DELETE", "", null),
        ("restore in place", "POST", "/action", """{"restore":null}"""),
        ("restore", "POST", "/action", """{"restore":"{target}"}"""),
        ("reset", "POST", "/action", """{"reset_status":{"status":"error"}}"""),
    ];

    // Statuses of the calls in their order.
    private const string Usable = "200 403 403 403 202 403";
    private const string UsableToReaders = "200 403 403 403 403 403";
    private const string Nothing = "404 404 404 404 404 403";
    private const string NothingToReaders = "404 403 403 403 403 403";

    [Theory]
    [InlineData("accepted", Usable, UsableToReaders)]
    [InlineData("pending", Nothing, NothingToReaders)]
    [InlineData("rejected", Nothing, NothingToReaders)]
    [InlineData("expired", Nothing, NothingToReaders)]
    [InlineData("left", Nothing, NothingToReaders)]
    [InlineData("cancelled", Nothing, NothingToReaders)]
    public async Task A_recipient_may_look_and_restore_to_a_share_of_theirs_while_the_sharing_is_usable(
        string sharing,
        string member,
        string reader
    )
    {
        Backup backup = await AddAsync(sharing);
        Assert.Equal(reader, await AskAsync(backup.Id, "other_reader"));
        Assert.Equal(member, await AskAsync(backup.Id, "other"));
        Assert.Equal(Nothing, await AskAsync(backup.Id, "third"));
        Assert.Equal(backup, await World.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task A_strangers_answers_are_those_for_a_backup_that_is_not()
    {
        Backup backup = await AddAsync("accepted");
        string unknown = Guid.NewGuid().ToString();
        foreach (string? body in new[] { null, """{"restore":null}""", """{"restore":"x"}""" })
        {
            (string method, string tail) = body is null ? ("GET", "") : ("POST", "/action");
            Answer real = await Host.SendAsync(method, $"{Backups}/{backup.Id}{tail}", body, "third");
            Answer none = await Host.SendAsync(method, $"{Backups}/{unknown}{tail}", body, "third");
            Assert.Equal((404, none.Text), (real.Code, real.Text.Replace(backup.Id, unknown)));
        }
    }

    [Fact]
    public async Task A_recipient_sees_what_a_sharing_shows_and_nothing_of_the_owners_matters()
    {
        Backup backup = await AddAsync("accepted");
        Answer answer = await Host.SendAsync("GET", $"{Backups}/{backup.Id}", token: "other");
        Assert.Equal(MemberKeys, Keys(answer.Json["share_backup"]));
        Assert.Equal(
            ("secret name", "available", "100", "0", null),
            (
                Text(answer.Json["share_backup"], "name"),
                Text(answer.Json["share_backup"], "status"),
                Text(answer.Json["share_backup"], "progress"),
                Text(answer.Json["share_backup"], "restore_progress"),
                Text(answer.Json["share_backup"], "backup_type")
            )
        );
        Answer owner = await Host.SendAsync("GET", $"{Backups}/{backup.Id}");
        Assert.Equal("71", Text(owner.Json["share_backup"], "restore_progress"));
        Assert.Equal("weekly", Text(owner.Json["share_backup"], "backup_type"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/detail")]
    [InlineData("?name=secret+name")]
    [InlineData("/detail?all_tenants=1")]
    [InlineData("?id={id}")]
    [InlineData("/detail?marker={id}")]
    public async Task No_list_of_the_recipients_has_it(string query)
    {
        Backup backup = await AddAsync("accepted");
        Answer list = await Host.SendAsync("GET", Backups + query.Replace("{id}", backup.Id), token: "other");
        Assert.Equal((200, "[]"), (list.Code, list.Json["share_backups"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_volumes_backup_is_not_there_for_anybody()
    {
        await World.Catalog.AddVolumesAsync(Rows.Volume("v1") with { ProjectId = ApiHost.Project });
        Backup backup = Rows.VolumeBackup("b1", "v1") with { ProjectId = ApiHost.Project };
        await World.Catalog.AddBackupsAsync(backup);
        await ShareAsync(backup);
        foreach (string token in new[] { "member", "other", "third" })
        {
            Assert.Equal(Nothing, await AskAsync(backup.Id, token));
        }
        Assert.Equal("404 404 404 404 404 404", await AskAsync(backup.Id, "admin"));
    }

    [Fact]
    public async Task A_target_of_another_project_is_refused_and_so_is_the_owners_source()
    {
        Backup backup = await AddAsync("accepted");
        Share hidden = await World.AddShareAsync(Rows.Stranger);
        Share readable = await World.AddShareAsync(Rows.Stranger, isPublic: true);
        Assert.Equal(404, await RestoreToAsync(backup, hidden.Id));
        Assert.Equal(403, await RestoreToAsync(backup, readable.Id));
        Assert.Equal(404, await RestoreToAsync(backup, backup.ShareId!));
        Share own = await World.AddShareAsync(ApiHost.OtherProject);
        // Below 2.91 the name of a target means nothing to Manila.
        Assert.Equal(400, await RestoreToAsync(backup, own.Id, "2.90"));
        Assert.Empty(await World.QueuedAsync());
    }

    [Fact]
    public async Task Whoever_has_the_source_may_restore_to_it_what_another_project_took_of_it_and_shares()
    {
        Share source = await World.AddShareAsync(ApiHost.OtherProject, isPublic: true);
        Backup backup = await World.AddBackupAsync(source, ApiHost.Project);
        await ShareAsync(backup);
        Assert.Equal(202, await RestoreToAsync(backup, source.Id));
        Assert.Equal(backup, await World.Catalog.BackupAsync(backup.Id));
    }

    [Fact]
    public async Task A_targets_size_and_status_are_looked_at_as_for_the_owner()
    {
        Backup backup = await AddAsync("accepted", size: 2);
        Assert.Equal(400, await RestoreToAsync(backup, (await World.AddShareAsync(ApiHost.OtherProject)).Id));
        Share broken = await World.AddShareAsync(ApiHost.OtherProject, ShareStatus.Error, size: 2);
        Assert.Equal(400, await RestoreToAsync(backup, broken.Id));
        Share half = await World.AddShareAsync(ApiHost.OtherProject, ShareStatus.BackupRestoringError, size: 2);
        Assert.Equal(202, await RestoreToAsync(backup, half.Id));
        Assert.Equal(ShareStatus.BackupRestoring, (await World.Catalog.ShareAsync(half.Id))!.Status);
    }

    [Fact]
    public async Task A_restore_of_the_owners_is_not_in_the_recipients_way_nor_the_other_way_round()
    {
        Backup backup = await AddAsync("accepted");
        Share first = await World.AddShareAsync(ApiHost.OtherProject);
        Share second = await World.AddShareAsync(ApiHost.OtherProject);
        Assert.Equal(202, await RestoreToAsync(backup, first.Id));
        Assert.Equal(202, (await RestoreAsync(backup, "null")).Code);
        Assert.Equal(BackupStatus.Restoring, (await World.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.Equal(202, await RestoreToAsync(backup, second.Id));
        Assert.Equal(400, (await RestoreAsync(backup, "null")).Code);
    }

    /// <summary>A backup of the member's, with everything that is not the recipient's to see, and a sharing of it.</summary>
    private async Task<Backup> AddAsync(string sharing, int size = 1)
    {
        Backup backup = await World.AddBackupAsync(
            await World.AddShareAsync(size: size),
            name: "secret name",
            change: row =>
                row with
                {
                    RestoreProgress = 71,
                    BackupType = "weekly",
                    Options = """{"backup_type":"weekly"}""",
                    FailReason = "no",
                }
        );
        await ShareAsync(backup, sharing);
        return backup;
    }

    private async Task ShareAsync(Backup backup, string how = "accepted")
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Sharing sharing = new()
        {
            Id = Guid.NewGuid().ToString(),
            BackupId = backup.Id,
            FromProjectId = backup.ProjectId,
            ToProjectId = ApiHost.OtherProject,
            State = how is "pending" or "rejected" ? how : SharingState.Accepted,
            ExpiresAt = how == "expired" ? now : now.AddDays(1),
            CreatedAt = Rows.Start,
        };
        await World.Catalog.WriteAsync(session => session.Sharings.AddAsync(sharing), default);
        SharingService sharings = Host.Services.GetRequiredService<SharingService>();
        switch (how)
        {
            case "left":
                await sharings.LeaveAsync(
                    CoreFixture.Of(ApiHost.OtherProject, "member", "reader"),
                    sharing.Id,
                    default
                );
                break;
            case "cancelled":
                await sharings.CancelAsync(
                    CoreFixture.Of(ApiHost.Project, "member", "reader"),
                    sharing.Id,
                    unaccepted: true,
                    default
                );
                break;
        }
    }

    /// <summary>The statuses of all calls on the backup, with a fresh target of the caller's own.</summary>
    private async Task<string> AskAsync(string id, string token)
    {
        string project = token switch
        {
            "third" => ApiHost.ThirdProject,
            "member" or "admin" => ApiHost.Project,
            _ => ApiHost.OtherProject,
        };
        Share target = await World.AddShareAsync(project);
        List<int> seen = [];
        foreach ((string _, string method, string tail, string? body) in Calls)
        {
            string? sent = body?.Replace("{target}", target.Id);
            seen.Add((await Host.SendAsync(method, $"{Backups}/{id}{tail}", sent, token)).Code);
        }
        return string.Join(' ', seen);
    }

    private async Task<int> RestoreToAsync(Backup backup, string target, string version = "2.91") =>
        (
            await Host.SendAsync(
                "POST",
                $"{Backups}/{backup.Id}/action",
                $"{{\"restore\":\"{target}\"}}",
                "other",
                version
            )
        ).Code;
}
