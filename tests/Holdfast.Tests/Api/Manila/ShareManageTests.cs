using System.Text.Json.Nodes;
using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

/// <summary>Directories that were there before: which may become shares, and that nothing happens to them.</summary>
public sealed class ShareManageTests : ManilaTests
{
    private const string Manage = "/v2/shares/manage";

    // "wide" contains the data directory and the store; "all" everything, other file systems too.
    internal override Task<ManilaWorld> StartAsync() =>
        ManilaWorld.StartAsync(new NamedRoot("wide", ""), new NamedRoot("all", "/"));

    [Theory]
    [InlineData(Manage, "2.91")]
    [InlineData(Manage, "2.7")]
    [InlineData("/v2/os-share-manage", "2.6")]
    public async Task Manage_adopts_a_directory_as_it_is(string path, string version)
    {
        string directory = World.MakeDirectory("old/home");

        Answer answer = await ManageAsync(directory, ",\"name\":\"home\"", version: version, path: path);

        Assert.Equal(200, answer.Code);
        JsonNode share = answer.Json["share"]!;
        Assert.Equal(
            ("available", "home", "NFS"),
            (Text(share, "status"), Text(share, "name"), Text(share, "share_proto"))
        );
        Assert.Equal("node1", Text(share, "host"));
        Assert.Equal(1, share["size"]!.GetValue<int>());
        Share row = (await World.Catalog.ShareAsync(Text(share, "id")!))!;
        Assert.Equal((true, "local", "old/home"), (row.Adopted, row.Root, row.Path));
    }

    [Theory]
    [InlineData("{0}/plain/")]
    [InlineData("{0}//plain")]
    [InlineData("{0}/./plain")]
    [InlineData("node1:{0}/plain")]
    public async Task The_same_directory_has_more_than_one_name(string path)
    {
        World.MakeDirectory("plain");

        Answer answer = await ManageAsync(string.Format(path, World.Root));

        Assert.Equal(200, answer.Code);
        Assert.Equal("plain", (await World.Catalog.ShareAsync(Text(answer.Json["share"], "id")!))!.Path);
    }

    [Fact]
    public async Task A_name_may_hold_what_looks_like_a_node()
    {
        Assert.Equal(200, (await ManageAsync(World.MakeDirectory("a:/b"))).Code);
    }

    [Fact]
    public async Task Driver_options_say_how_large_and_whose()
    {
        string options = $",\"driver_options\":{{\"size\":\"7\",\"project_id\":\"{ApiHost.OtherProject}\"}}";

        JsonNode share = (await ManageAsync(World.MakeDirectory("x"), options)).Json["share"]!;

        Assert.Equal((7, ApiHost.OtherProject), (share["size"]!.GetValue<int>(), Text(share, "project_id")));
    }

    [Theory]
    [InlineData(3, 400)]
    [InlineData(4, 200)]
    [InlineData(6, 200)]
    [InlineData(7, 400)]
    public async Task A_size_keeps_to_the_limits_of_the_type(int size, int status)
    {
        ShareType type = await World.AddTypeAsync(
            specs: [("provisioning:min_share_size", "4"), ("provisioning:max_share_size", "6")]
        );
        string more = $",\"share_type\":\"{type.Id}\",\"driver_options\":{{\"size\":{size}}}";

        Answer answer = await ManageAsync(World.MakeDirectory("x"), more);

        Assert.Equal(status, answer.Code);
        string limit = $"Invalid input received: Specified share size of '{size}' is ";
        Assert.StartsWith(status == 200 ? "" : limit, answer.Fault?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}/data/shares", "a share root")]
    [InlineData("{0}", "a share root")]
    [InlineData("{0}/data", "a share root")]
    [InlineData("/", "a share root")]
    [InlineData("{0}/data/keys", "the service's data directory")]
    [InlineData("{0}/store", "which the service keeps its own things in")]
    [InlineData("{0}/store/x", "which the service keeps its own things in")]
    [InlineData("{0}/data/shares/trash", "the service's own")]
    [InlineData("{0}/data/shares/trash/x", "the service's own")]
    [InlineData("{0}/data/shares/captures/x", "the service's own")]
    [InlineData("{0}/data/shares/.holdfast-root", "the service's own")]
    [InlineData("{0}/data/shares/taken", "another share")]
    [InlineData("{0}/data/shares/taken/inside", "another share")]
    [InlineData("{0}/data/shares/above", "another share")]
    [InlineData("{0}/data/shares/missing", "there is no such directory")]
    [InlineData("{0}/data/shares/file", "it is not a directory")]
    [InlineData("{0}/data/shares/file/x", "it is not a directory")]
    [InlineData("{0}/data/shares/link", "of a symbolic link, give the path it leads to")]
    [InlineData("{0}/data/shares/link/inside", "a symbolic link is on the way")]
    [InlineData("{0}/data/shares/free/../free", "'..'")]
    [InlineData("{0}/data/shares/free/../../keys", "'..'")]
    [InlineData("{0}/data/shares/free/..", "'..'")]
    [InlineData("/proc/tty", "another file system")]
    [InlineData("data/shares/free", "not an absolute path")]
    [InlineData("free", "not an absolute path")]
    [InlineData("node1:free", "not an absolute path")]
    [InlineData("node2:{0}/data/shares/free", "Ask that node.")]
    [InlineData("{0}/data/shares/free\\u0000", "NUL")]
    public async Task Manage_refuses(string path, string reason)
    {
        await FillAsync();

        Answer answer = await ManageAsync(string.Format(path, World.Top));

        Assert.Equal((400, "badRequest"), (answer.Code, answer.Fault?.Key));
        Assert.Contains(reason, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manage_refuses_a_directory_beneath_no_root()
    {
        await using ManilaWorld narrow = await ManilaWorld.StartAsync();

        Answer answer = await narrow.Host.SendAsync("POST", Manage, Body("/usr", ""), "admin");

        Assert.Equal(400, answer.Code);
        Assert.Contains("beneath none of the share roots", answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manage_refuses_a_name_that_no_file_system_takes()
    {
        Assert.Equal(400, (await ManageAsync(World.Root + "/" + new string('x', 300))).Code);
        Assert.Equal(400, (await ManageAsync(World.Root + "/" + new string('x', 5000))).Code);
    }

    [Theory]
    [InlineData("../../elsewhere")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("UPPER")]
    public async Task Manage_refuses_an_owner_that_is_no_project_id(string project)
    {
        string directory = World.MakeDirectory("x");

        Answer answer = await ManageAsync(directory, $",\"driver_options\":{{\"project_id\":\"{project}\"}}");

        Assert.Equal(400, answer.Code);
        Assert.Contains("'project_id'", answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Required parameter export_path not found")]
    [InlineData("\"protocol\":\"NFS\"", "Required parameter export_path not found")]
    [InlineData("\"protocol\":\"NFS\",\"export_path\":\"\"", "Required parameter export_path is empty")]
    [InlineData("\"export_path\":\"/usr\"", "Required parameter protocol not found")]
    [InlineData("\"export_path\":\"/usr\",\"protocol\":null", "Required parameter protocol is empty")]
    public async Task Manage_without_what_it_needs_is_422(string members, string message) =>
        AssertFault(await Host.SendAsync("POST", Manage, $"{{\"share\":{{{members}}}}}", "admin"), 422, message);

    [Theory]
    [InlineData("\"protocol\":\"NFS\",\"export_path\":[]", "'export_path' must be text")]
    [InlineData("\"protocol\":\"XFS\",\"export_path\":\"/usr\"", "Invalid share protocol provided: XFS.")]
    [InlineData("\"protocol\":\"NFS\",\"export_path\":\"/usr\",\"driver_options\":{\"size\":0}", "Share size '0' must")]
    [InlineData("\"protocol\":\"NFS\",\"export_path\":\"/usr\",\"driver_options\":[]", "'driver_options' must be")]
    public async Task Manage_refuses_a_body_that_makes_no_sense(string members, string message)
    {
        Answer answer = await Host.SendAsync("POST", Manage, $"{{\"share\":{{{members}}}}}", "admin");

        Assert.Equal(400, answer.Code);
        Assert.StartsWith(message, answer.Fault!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manage_is_the_administrators_before_the_body_is_looked_at()
    {
        foreach (string token in new[] { "guest", "reader", "member" })
        {
            AssertFault(await Host.SendAsync("POST", Manage, "{}", token), 403, Denied);
        }
        AssertFault(
            await Host.SendAsync("POST", Manage, "{}", "admin"),
            422,
            "Body does not contain 'share' information."
        );
    }

    [Fact]
    public async Task Delete_of_an_adopted_share_is_403_and_unmanage_touches_no_byte()
    {
        string file = Path.Join(World.MakeDirectory("home"), "file");
        await File.WriteAllTextAsync(file, "kept");
        string id = Text((await ManageAsync(Path.GetDirectoryName(file)!)).Json["share"], "id")!;

        Answer refused = await Host.SendAsync("DELETE", $"/v2/shares/{id}");
        Assert.Equal(403, refused.Code);
        Assert.Contains("unmanage it instead", refused.Fault!.Value.Message, StringComparison.Ordinal);

        AssertAccepted(await UnmanageAsync(id));
        Assert.Null(await World.Catalog.ShareAsync(id));
        Assert.Equal("kept", await File.ReadAllTextAsync(file));
        Assert.Equal(200, (await ManageAsync(Path.GetDirectoryName(file)!)).Code);
    }

    [Fact]
    public async Task Before_2_7_unmanage_has_a_path_of_its_own()
    {
        Share share = await World.AddShareAsync();

        AssertAccepted(
            await Host.SendAsync("POST", $"/v2/os-share-unmanage/{share.Id}/unmanage", token: "admin", version: "2.6")
        );
        Assert.Null(await World.Catalog.ShareAsync(share.Id));
    }

    [Fact]
    public async Task Unmanage_refuses_backups_work_under_way_and_strangers()
    {
        Share share = await World.AddShareAsync();
        await World.AddBackupAsync(share);
        AssertFault(
            await UnmanageAsync(share.Id),
            403,
            $"Share '{share.Id}' can not be unmanaged because it has '1' dependent backup(s)."
        );
        Share busy = await World.AddShareAsync(status: ShareStatus.BackupRestoring);
        AssertFault(
            await UnmanageAsync(busy.Id),
            403,
            $"Share with transitional state can not be unmanaged. Share '{busy.Id}' is in 'backup_restoring' state."
        );
        AssertFault(await UnmanageAsync(busy.Id, "member"), 403, Denied);
        AssertFault(await UnmanageAsync("nope"), 404, StockNotFound);
    }

    private async Task FillAsync()
    {
        World.MakeDirectory("taken/inside");
        World.MakeDirectory("above/deep");
        World.MakeDirectory("free");
        World.MakeDirectory("trash/x");
        Directory.CreateDirectory(Path.Join(World.Top, "data/keys"));
        Directory.CreateDirectory(Path.Join(World.Top, "store/x"));
        await File.WriteAllTextAsync(Path.Join(World.Root, "file"), "");
        File.CreateSymbolicLink(Path.Join(World.Root, "link"), "taken");
        await World.Catalog.AddSharesAsync(
            Rows.Share("share-1") with
            {
                Path = "taken",
            },
            Rows.Share("share-2") with
            {
                Root = "wide",
                Path = "data/shares/above/deep",
            }
        );
    }

    private Task<Answer> ManageAsync(
        string exportPath,
        string more = "",
        string version = "2.91",
        string path = Manage
    ) => Host.SendAsync("POST", path, Body(exportPath, more), "admin", version);

    private Task<Answer> UnmanageAsync(string id, string token = "admin") =>
        Host.SendAsync("POST", $"/v2/shares/{id}/action", "{\"unmanage\":null}", token);

    private static string Body(string exportPath, string more) =>
        $"{{\"share\":{{\"protocol\":\"nfs\",\"export_path\":\"{exportPath}\",\"service_host\":\"h@b#p\"{more}}}}}";
}
