using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Reading;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Holdfast.Tests.Api.Manila;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Api.Native;

public sealed class BackupsTests : ManilaTests
{
    private static readonly DateTimeOffset Later = Rows.Start.AddSeconds(1);

    [Fact]
    public async Task A_backup_has_exactly_the_documented_members()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), name: "nightly");
        Answer answer = await SendAsync($"/{backup.Id}");
        Assert.Equal(200, answer.Code);
        Assert.Equal(
            [
                "availability_zone",
                "capture",
                "created_at",
                "damage",
                "data_at",
                "description",
                "fail_reason",
                "id",
                "is_incremental",
                "item_errors",
                "kind",
                "name",
                "notes",
                "progress",
                "project_id",
                "proven_at",
                "restore_progress",
                "schedule_id",
                "share_id",
                "size",
                "status",
                "updated_at",
                "user_id",
                "volume_id",
            ],
            Keys(answer.Json)
        );
        Assert.Equal(
            (backup.Id, "share", "nightly", "available", backup.ShareId),
            (
                Text(answer.Json, "id"),
                Text(answer.Json, "kind"),
                Text(answer.Json, "name"),
                Text(answer.Json, "status"),
                Text(answer.Json, "share_id")
            )
        );
    }

    [Fact]
    public async Task Backups_of_shares_and_of_volumes_are_listed_each_for_themselves_newest_first_in_pages()
    {
        Share share = await World.AddShareAsync();
        Backup first = await World.AddBackupAsync(share);
        Backup second = await World.AddBackupAsync(share, createdAt: Later);
        Volume volume = await World.AddVolumeAsync();
        Backup image = Rows.VolumeBackup("image", volume.Id) with { ProjectId = ApiHost.Project };
        await World.Catalog.AddBackupsAsync(image);

        Answer page = await SendAsync("?limit=1");
        Assert.Equal([second.Id], Ids(page));
        Assert.Equal([first.Id], Ids(await SendAsync($"?limit=1&cursor={Text(page.Json, "next_cursor")}")));
        Assert.Equal(["image"], Ids(await SendAsync("?kind=volume")));
        Assert.Empty(Ids(await SendAsync("", token: "other")));
        Assert.Equal(403, (await SendAsync("?all_projects=true")).Code);
        Assert.Equal([second.Id, first.Id], Ids(await SendAsync("?all_projects=true", token: "admin")));
        Assert.Equal(400, (await SendAsync("?kind=tape")).Code);
    }

    [Fact]
    public async Task A_directory_is_listed_in_the_order_of_its_names_bytes_and_in_pages()
    {
        (Backup backup, RawPath directory) = await BackUpAsync(at =>
        {
            RawFiles.Write(at / "b", "twelve bytes");
            RawFiles.MakeDirectory(at / "a");
            RawFiles.Symlink("b", at / "c");
        });
        Answer page = await SendAsync($"/{backup.Id}/files?limit=2");
        Assert.Equal("", Text(page.Json["entry"], "path"));
        Assert.Equal(["a", "b"], Names(page));
        JsonNode file = page.Json["entries"]![1]!;
        Assert.Equal(
            (12, "0644", "file", null),
            (file["size"]!.GetValue<long>(), Text(file, "mode"), Text(file, "type"), Text(file, "link_target"))
        );
        Answer rest = await SendAsync($"/{backup.Id}/files/?limit=2&cursor={Text(page.Json, "next_cursor")}");
        Assert.Equal(["c"], Names(rest));
        Assert.Equal("b", Text(rest.Json["entries"]![0], "link_target"));
        Assert.Null(rest.Json["next_cursor"]);
        Assert.True(RawFiles.Exists(directory));
    }

    [Fact]
    public async Task An_entry_is_found_by_whatever_bytes_its_name_has()
    {
        RawPath[] names = ["with space", "per%cent", "que?stion", "a\nb", "\u00e9", new byte[] { 0xff, 0x2e }];
        (Backup backup, _) = await BackUpAsync(at =>
        {
            foreach (RawPath name in names)
            {
                RawFiles.Write(at / name, $"{name}");
            }
        });
        JsonArray entries = (await SendAsync($"/{backup.Id}/files")).Json["entries"]!.AsArray();
        Assert.Equal(names.Length, entries.Count);
        foreach (JsonNode? entry in entries)
        {
            string path = Text(entry, "path")!;
            Answer one = await SendAsync($"/{backup.Id}/files/{path}");
            Assert.Equal(entry!.ToJsonString(), one.Json["entry"]!.ToJsonString());
            Assert.Equal(["entry"], Keys(one.Json));
        }
        Assert.Contains(entries, entry => Text(entry, "name") == "\\xFF." && Text(entry, "path") == "%FF.");
    }

    [Theory]
    [InlineData("/files/nothing", 404, "The backup has no 'nothing'.")]
    [InlineData("/files/file/beneath", 404, "The backup has no 'file/beneath'.")]
    [InlineData("/files/../file", 404, null)]
    [InlineData("/files?cursor=*", 400, "'cursor' is not one that a list here has given.")]
    [InlineData("/files?limit=0", 400, "'limit' must be a number from 1 to 1000.")]
    [InlineData("/files/file?download=iso", 400, "'download' must be one of file, tar, zip.")]
    [InlineData(
        "/files?download=file",
        400,
        "This is a dir and no file: with 'download=tar' or 'download=zip' it can be had."
    )]
    public async Task What_cannot_be_had_is_refused_with_the_reason(string path, int status, string? detail)
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        Answer answer = await SendAsync($"/{backup.Id}{path}");
        Assert.Equal(status, answer.Code);
        if (detail is not null)
        {
            Assert.Equal(detail, Text(answer.Json, "detail"));
        }
    }

    [Theory]
    [InlineData("%zz", "A '%' in a path stands for itself only as '%25'.")]
    [InlineData("a%2", "A '%' in a path stands for itself only as '%25'.")]
    [InlineData("a%00b", null)]
    [InlineData("a/./../b", null)]
    public async Task A_path_that_no_library_would_send_is_refused(string path, string? detail)
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        string request =
            $"GET /api/v1/backups/{backup.Id}/files/{path} HTTP/1.1\r\nHost: a\r\nX-Auth-Token: member\r\nConnection: close\r\n\r\n";
        RawReply? reply = await RawHttp.ExchangeAsync(Host.Address, Encoding.ASCII.GetBytes(request), default);
        Assert.InRange(reply!.Status, 400, 404);
        Assert.Empty(Host.Errors);
        if (detail is not null)
        {
            Assert.Equal(detail, Text(JsonNode.Parse(reply.Body), "detail"));
        }
    }

    [Fact]
    public async Task What_a_browser_gets_of_a_tenants_file_it_neither_shows_nor_runs()
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "a\"\u00e9.html", "<script>"));
        foreach (string form in new[] { "file", "tar", "zip" })
        {
            string path = $"/{backup.Id}/files/a%22%C3%A9.html?download={form}";
            Answer answer = await SendAsync(path);
            Assert.Equal(200, answer.Code);
            Assert.StartsWith("attachment; filename=", answer.Header("Content-Disposition"), StringComparison.Ordinal);
            Assert.Contains("a%22%C3%A9.html", answer.Header("Content-Disposition"), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
            Assert.StartsWith("sandbox", answer.Header("Content-Security-Policy"), StringComparison.Ordinal);
            Assert.DoesNotContain("html", answer.Header("Content-Type"), StringComparison.Ordinal);
            Answer head = await Host.SendAsync("HEAD", $"/api/v1/backups{path}");
            Assert.Equal((200, ""), (head.Code, head.Text));
        }
    }

    [Fact]
    public async Task A_backup_that_is_not_available_cannot_be_looked_into()
    {
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync(), status: BackupStatus.Deleting);
        Answer answer = await SendAsync($"/{backup.Id}/files");
        Assert.Equal(409, answer.Code);
    }

    [Fact]
    public async Task What_the_store_lacks_is_a_503_that_tells_nothing_of_the_host()
    {
        // Its row names a snapshot that no repository has.
        Backup backup = await World.AddBackupAsync(await World.AddShareAsync());
        Answer answer = await SendAsync($"/{backup.Id}/files");
        Assert.Equal(503, answer.Code);
        Assert.Equal(
            $"Backup {backup.Id} cannot be read: what the store has of it is damaged or gone. Tell the operator.",
            Text(answer.Json, "detail")
        );
    }

    [Fact]
    public async Task Bytes_that_are_gone_from_the_store_are_a_503_too()
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        MemoryObjectStore store = Host.Services.GetRequiredService<MemoryObjectStore>();
        List<Holdfast.Objects.ObjectInfo> packs = await store
            .ListAsync($"{ApiHost.Project}/data", default)
            .ToListAsync();
        // One has the file's bytes, the other the directories.
        Assert.Equal(2, packs.Count);
        List<int> seen = [];
        foreach (Holdfast.Objects.ObjectInfo pack in packs)
        {
            await store.DeleteAsync(pack.Name, default);
            seen.Add((await SendAsync($"/{backup.Id}/files")).Code);
            Assert.Equal(503, (await SendAsync($"/{backup.Id}/files/file?download=file")).Code);
        }
        Assert.Equal(503, seen[^1]);
        foreach (string path in new[] { "/files", "/files/file", "/files?download=tar", "/files/file?download=file" })
        {
            Answer answer = await SendAsync($"/{backup.Id}{path}");
            Assert.Equal((503, "application/problem+json"), (answer.Code, answer.Header("Content-Type")));
        }
        Assert.Empty(Host.Errors);
    }

    [Fact]
    public async Task A_recipient_looks_into_what_it_was_given_and_the_owner_is_told()
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        Assert.Equal(404, (await SendAsync($"/{backup.Id}/files", token: "other")).Code);
        await World.AddSharingAsync(backup, ApiHost.OtherProject);
        Assert.Equal(["file"], Names(await SendAsync($"/{backup.Id}/files", token: "other_reader")));
        Assert.Equal(
            "content",
            (await SendAsync($"/{backup.Id}/files/file?download=file", token: "other_reader")).Text
        );
        Answer audit = await Host.SendAsync("GET", "/api/v1/audit");
        Assert.Equal(
            [("sharing.download", backup.Id), ("sharing.look", backup.Id)],
            audit.Json["audit"]!.AsArray().Select(entry => (Text(entry, "action")!, Text(entry, "backup_id")!))
        );
    }

    [Fact]
    public async Task A_project_has_so_many_downloads_at_once_and_no_more()
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        DownloadLimit limit = Host.Services.GetRequiredService<DownloadLimit>();
        List<IDisposable> begun =
        [
            .. Enumerable.Range(0, DownloadLimit.Most).Select(_ => limit.Begin(ApiHost.Project)),
        ];
        Answer refused = await SendAsync($"/{backup.Id}/files/file?download=file");
        Assert.Equal((429, "1"), (refused.Code, refused.Header("Retry-After")));
        using (limit.Begin(ApiHost.OtherProject)) { }

        begun[0].Dispose();
        begun[0].Dispose();
        Assert.Equal(200, (await SendAsync($"/{backup.Id}/files/file?download=file")).Code);
        Assert.Equal(200, (await SendAsync($"/{backup.Id}/files/file?download=tar")).Code);
    }

    [Fact]
    public async Task What_changed_between_two_backups_is_listed_in_pages()
    {
        (Backup first, RawPath directory) = await BackUpAsync(at =>
        {
            RawFiles.Write(at / "a", "a");
            RawFiles.Write(at / "b", "b");
            RawFiles.Write(at / "c", "c");
        });
        RawFiles.Write(directory / "a", "otherwise");
        RawFiles.Delete(directory / "b");
        RawFiles.ChangeMode(directory / "c", 0x100);
        RawFiles.Write(directory / "d", "d");
        Backup second = await World.BackUpAsync((await World.Catalog.ShareAsync(first.ShareId!))!);
        string changes = $"/{second.Id}/changes?since={first.Id}";
        Answer page = await SendAsync(changes + "&limit=2");
        Assert.Equal([("a", "content"), ("b", "removed")], Changes(page));
        Assert.Equal(1, page.Json["changes"]![0]!["before"]!["size"]!.GetValue<int>());
        Assert.Equal(9, page.Json["changes"]![0]!["after"]!["size"]!.GetValue<int>());
        Answer rest = await SendAsync($"{changes}&limit=2&cursor={Text(page.Json, "next_cursor")}");
        Assert.Equal([("d", "added")], Changes(rest));
        Assert.Null(rest.Json["changes"]![0]!["before"]);
        Assert.Null(rest.Json["next_cursor"]);
        Assert.Contains(("c", "metadata"), Changes(await SendAsync(changes + "&metadata=true")));
        Assert.Equal(400, (await SendAsync($"/{second.Id}/changes")).Code);
        Assert.Equal(404, (await SendAsync($"/{second.Id}/changes?since=nothing")).Code);
    }

    [Fact]
    public async Task The_history_of_a_path_says_where_it_changed()
    {
        (Backup first, RawPath directory) = await BackUpAsync(at => RawFiles.Write(at / "f\u00e9", "one"));
        Share share = (await World.Catalog.ShareAsync(first.ShareId!))!;
        List<Backup> made = [first];
        foreach (
            Action change in new[]
            {
                () => { },
                () => RawFiles.Write(directory / "f\u00e9", "two"),
                () => RawFiles.Delete(directory / "f\u00e9"),
            }
        )
        {
            change();
            Backup next = await World.BackUpAsync(share);
            made.Add(next);
        }
        await World.SetCreatedAsync([.. made.Select(one => one.Id)]);
        await World.AddBackupAsync(share, status: BackupStatus.Error, createdAt: Later.AddDays(1));
        string path = $"/api/v1/shares/{share.Id}/history/f%C3%A9";
        Answer answer = await Host.SendAsync("GET", path);
        Assert.Equal(
            [(made[3].Id, true, -1), (made[2].Id, true, 3), (made[1].Id, false, 3), (made[0].Id, true, 3)],
            Versions(answer)
        );
        Answer page = await Host.SendAsync("GET", path + "?limit=2");
        Assert.Equal([(made[3].Id, true, -1), (made[2].Id, true, 3)], Versions(page));
        Answer rest = await Host.SendAsync("GET", $"{path}?limit=2&cursor={Text(page.Json, "next_cursor")}");
        Assert.Equal([(made[1].Id, false, 3), (made[0].Id, true, 3)], Versions(rest));
        Assert.Null(rest.Json["next_cursor"]);
        Assert.Equal(404, (await Host.SendAsync("GET", path, token: "other")).Code);
    }

    [Fact]
    public async Task A_history_goes_past_failed_backups_and_says_which_one_is_damaged()
    {
        (Backup first, RawPath directory) = await BackUpAsync(at => RawFiles.Write(at / "file", "one"));
        Share share = (await World.Catalog.ShareAsync(first.ShareId!))!;
        RawFiles.Write(directory / "file", "another");
        Backup damaged = await World.BackUpAsync(share);
        RawFiles.Write(directory / "file", "one");
        Backup last = await World.BackUpAsync(share);
        await World.SetCreatedAsync([first.Id, damaged.Id, last.Id]);
        for (int failed = 0; failed < 120; failed++)
        {
            await World.AddBackupAsync(
                share,
                status: BackupStatus.Error,
                createdAt: Rows.Start.AddMilliseconds(failed)
            );
        }
        MemoryObjectStore store = Host.Services.GetRequiredService<MemoryObjectStore>();
        await store.DeleteAsync(new($"{ApiHost.Project}/snapshots/{damaged.SnapshotId}"), default);

        string path = $"/api/v1/shares/{share.Id}/history/file";
        Answer whole = await Host.SendAsync("GET", path);
        Assert.Equal([(last.Id, false, 3), (damaged.Id, false, -1), (first.Id, true, 3)], Versions(whole));
        string[] problems = [.. whole.Json["versions"]!.AsArray().Select(one => Text(one, "problem") ?? "none")];
        Assert.Equal("none", problems[0]);
        Assert.StartsWith($"Backup {damaged.Id} cannot be read", problems[1], StringComparison.Ordinal);
        Answer page = await Host.SendAsync("GET", path + "?limit=2");
        Assert.Equal([(last.Id, false, 3), (damaged.Id, false, -1)], Versions(page));
    }

    [Fact]
    public async Task A_name_is_found_once_in_the_newest_backup_that_has_it()
    {
        (Backup first, RawPath directory) = await BackUpAsync(at =>
        {
            RawFiles.MakeDirectory(at / "reports");
            RawFiles.Write(at / "reports/Report 1.txt", "one");
            RawFiles.Write(at / "reports/Report 2.txt", "two");
        });
        Share share = (await World.Catalog.ShareAsync(first.ShareId!))!;
        RawFiles.Delete(directory / "reports/Report 1.txt");
        Backup second = await World.BackUpAsync(share);
        await World.SetCreatedAsync([first.Id, second.Id]);
        (string, string)[] expected =
        [
            (second.Id, "reports"),
            (second.Id, "reports/Report%202.txt"),
            (first.Id, "reports/Report%201.txt"),
        ];
        string search = $"?share_id={share.Id}&name=report";
        Assert.Equal(expected, Found(await SearchAsync(search)));
        Answer page = await SearchAsync(search + "&limit=2");
        Assert.Equal(expected[..2], Found(page));
        Answer rest = await SearchAsync($"{search}&limit=2&cursor={Text(page.Json, "next_cursor")}");
        Assert.Equal(expected[2..], Found(rest));
        Assert.Null(rest.Json["next_cursor"]);
        Assert.Equal(expected[1..], Found(await SearchAsync(search + "&type=file")));
        Assert.Equal([expected[2]], Found(await SearchAsync($"?share_id={share.Id}&name=*1.TXT")));
        Assert.Equal(3, Found(await SearchAsync($"?backup_id={first.Id}&name=r*")).Count);
        Assert.Equal(404, (await SearchAsync(search, "other")).Code);
        Assert.Equal(404, (await SearchAsync($"?backup_id={first.Id}&name=r", "other")).Code);
    }

    [Theory]
    [InlineData("", "'name' is missing: what to look for.")]
    [InlineData("?name=a", "Name one of 'backup_id' and 'share_id': where to look.")]
    [InlineData("?name=a&backup_id=b&share_id=c", "Name one of 'backup_id' and 'share_id': where to look.")]
    [InlineData(
        "?name=a/b&share_id=c",
        "A name to search for has 1 to 255 bytes, and neither a slash nor a zero among them."
    )]
    [InlineData(
        "?name=a&share_id=c&type=tape",
        "'type' must be one of file, dir, symlink, dev, chardev, fifo, socket."
    )]
    [InlineData("?name=a&share_id=c&cursor=AAZHZPZCBkBhYmM", "'cursor' is not one that a list here has given.")]
    [InlineData(
        "?name=a&share_id=c&cursor=AAZHZPZCBkA5OTk5OTk5OTk5OTphYmM",
        "'cursor' is not one that a list here has given."
    )]
    [InlineData("?name=[%C3%A9]&share_id=c", "A set like [a-z] in a name to search for has ASCII characters alone.")]
    public async Task A_search_for_nothing_is_refused(string query, string detail)
    {
        Answer answer = await SearchAsync(query);
        Assert.Equal((400, detail), (answer.Code, Text(answer.Json, "detail")));
    }

    [Fact]
    public async Task Chosen_paths_are_restored_by_an_operation()
    {
        (Backup backup, _) = await BackUpAsync(at =>
            RawFiles.Write(at / new byte[] { (byte)'a', 0xff, (byte)'%' }, "content")
        );
        Answer answer = await RestoreAsync(backup, """{"paths":["/a%FF%25/"],"into":"kept für später"}""");
        Assert.Equal(
            (202, "restore_files", "queued"),
            (answer.Code, Text(answer.Json, "kind"), Text(answer.Json, "status"))
        );
        Operation queued = (
            await World.Catalog.ReadAsync(s => s.Operations.FindAsync(Text(answer.Json, "id")!), default)
        )!;
        RestoreSelection selection = RestoreSelection.Of(queued.Selection!);
        Assert.Equal([(byte)'a', 0xff, (byte)'%'], Assert.Single(selection.Paths));
        Assert.Equal("kept für später", Encoding.UTF8.GetString(selection.Into!));
        Assert.Equal(ShareStatus.BackupRestoring, (await World.Catalog.ShareAsync(backup.ShareId!))!.Status);
        Assert.Equal(404, (await RestoreAsync(backup, """{"paths":["/"]}""", token: "other")).Code);
    }

    [Theory]
    [InlineData("{}", "'paths' must be a list of texts.")]
    [InlineData("""{"paths":[""]}""", "'paths' must not be an empty path; '/' is the share's own directory.")]
    [InlineData(
        """{"paths":["file"],"into":""}""",
        "'into' must not be an empty path; '/' is the share's own directory."
    )]
    [InlineData("""{"paths":[]}""", "'paths' must have from 1 to 100 paths; '/' is the whole backup.")]
    [InlineData("""{"paths":["nothing"]}""", "The backup has no 'nothing'.")]
    [InlineData("""{"paths":["file/in it"]}""", "The backup has no 'file/in it'.")]
    [InlineData("""{"paths":["50%"]}""", "A '%' in a path stands for itself only as '%25'.")]
    [InlineData(
        """{"paths":["a/../b"]}""",
        "'paths' must be paths from the share's own directory on, without '.' and '..', of names of 255 bytes at most."
    )]
    [InlineData(
        """{"paths":["file"],"into":"%2e%2e"}""",
        "'into' must be paths from the share's own directory on, without '.' and '..', of names of 255 bytes at most."
    )]
    public async Task A_restore_of_what_cannot_be_is_refused(string body, string detail)
    {
        (Backup backup, _) = await BackUpAsync(at => RawFiles.Write(at / "file", "content"));
        Answer answer = await RestoreAsync(backup, body);
        Assert.Equal((400, detail), (answer.Code, Text(answer.Json, "detail")));
        Assert.Equal(ShareStatus.Available, (await World.Catalog.ShareAsync(backup.ShareId!))!.Status);
    }

    private Task<Answer> RestoreAsync(Backup backup, string body, string token = "member") =>
        Host.SendAsync("POST", $"/api/v1/backups/{backup.Id}/restore", body, token);

    private Task<Answer> SearchAsync(string query, string token = "member") =>
        Host.SendAsync("GET", "/api/v1/search" + query, token: token);

    private static List<(string, string)> Found(Answer answer) =>
        [.. answer.Json["entries"]!.AsArray().Select(one => (Text(one, "backup_id")!, Text(one, "path")!))];

    private static List<(string, string)> Changes(Answer answer) =>
        [.. answer.Json["changes"]!.AsArray().Select(one => (Text(one, "path")!, Text(one, "change")!))];

    /// <summary>Of each: its backup, whether it changed, and the entry's size, -1 where there is none.</summary>
    private static List<(string, bool, long)> Versions(Answer answer) =>
        [
            .. answer.Json["versions"]!
                .AsArray()
                .Select(one =>
                    (
                        Text(one, "backup_id")!,
                        one!["changed"]!.GetValue<bool>(),
                        one["entry"]?["size"]!.GetValue<long>() ?? -1
                    )
                ),
        ];

    /// <returns>A backup of a share with that in it, and the share's directory.</returns>
    private async Task<(Backup Backup, RawPath Directory)> BackUpAsync(Action<RawPath> fill)
    {
        Share share = await World.AddShareAsync();
        string directory = Path.Join(World.Root, share.Path);
        Directory.CreateDirectory(directory);
        fill(directory);
        return (await World.BackUpAsync(share), directory);
    }

    private Task<Answer> SendAsync(string path, string token = "member") =>
        Host.SendAsync("GET", $"/api/v1/backups{path}", token: token);

    private static List<string?> Ids(Answer answer) =>
        [.. answer.Json["backups"]!.AsArray().Select(backup => Text(backup, "id"))];

    private static List<string?> Names(Answer answer) =>
        [.. answer.Json["entries"]!.AsArray().Select(entry => Text(entry, "name"))];
}
