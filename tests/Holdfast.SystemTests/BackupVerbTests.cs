using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary><c>holdfast backup</c> against a running service: from a backup's list to a file in one's hands.</summary>
public sealed class BackupVerbTests
{
    [Fact]
    public async Task ABackupIsListedLookedIntoAndAFileTakenOutOfIt()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        Share share = await tenant.CreateShareAsync();
        RawPath root = share.Directory;
        RawFiles.MakeDirectory(root / "my documents");
        RawFiles.Write(root / "my documents/100 % of it.txt", "content\n");
        RawFiles.Write(root / new byte[] { (byte)'b', 0xff }, "of no text\n");
        string id = await tenant.BackUpAsync(share);
        using TemporaryDirectory here = new();
        VerbClient client = new(server, "backup", VerbClient.Variables(server, tenant), here.Path);

        Assert.Equal(id, Text(Assert.Single((await client.AskAsync("list", "--share", share.Id)).AsArray())!, "id"));
        Assert.Empty((await client.AskAsync("list", "--volumes")).AsArray());
        Assert.Equal("available", Text(await client.AskAsync("show", id), "status"));

        JsonArray entries = (await client.AskAsync("ls", id)).AsArray();
        Assert.Equal(["b%FF", "my%20documents"], entries.Select(entry => Text(entry!, "path")));
        string listed = (await client.RunAsync("ls", id, "my documents")).Checked("ls").Output;
        Assert.Contains("100 % of it.txt", listed, StringComparison.Ordinal);
        Assert.EndsWith("1 entry", listed, StringComparison.Ordinal);

        (await client.RunAsync("download", id, "/my documents/100 % of it.txt")).Checked("download");
        Assert.Equal("content\n", await File.ReadAllTextAsync(here["100 % of it.txt"]));
        Assert.Equal(
            "of no text",
            (await client.RunAsync("download", id, "b%FF", "--encoded", "-o", "-")).Checked("download").Output
        );
        JsonNode whole = await client.AskAsync("download", id);
        Assert.Equal($"{id}.tar", Text(whole, "file"));
        Assert.Equal(new FileInfo(here[$"{id}.tar"]).Length, whole["bytes"]!.GetValue<long>());
        (await ChildProcess.RunAsync("tar", ["-xf", here[$"{id}.tar"], "-C", here.Path])).Checked("tar");
        Assert.Equal("content\n", await File.ReadAllTextAsync(here[$"{id}/my documents/100 % of it.txt"]));

        // No path leads to another call, or out of the directory that one is in.
        foreach (string path in (string[])["..", "my documents/../..", "%2e%2e/x"])
        {
            ProcessResult refused = await client.RunAsync("ls", id, path, "--encoded");
            Assert.Equal((1, true), (refused.ExitCode, refused.Error.Contains("is no path", StringComparison.Ordinal)));
        }
        Assert.Equal(4, (await client.RunAsync("ls", id, "nothing?limit=1", "--encoded")).ExitCode);
        (
            await client.RunAsync(
                "download",
                id,
                "/my%20documents%2F100%20%25%20of%20it.txt",
                "--encoded",
                "-o",
                "other"
            )
        ).Checked("download");
        Assert.Equal("content\n", await File.ReadAllTextAsync(here["other"]));

        // What is there stays.
        ProcessResult again = await client.RunAsync("download", id, "my documents/100 % of it.txt");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("cannot be written", again.Error, StringComparison.Ordinal);
        Assert.Equal(4, (await client.RunAsync("download", id, "nothing")).ExitCode);
        Assert.Equal(4, (await client.RunAsync("ls", "nothing")).ExitCode);
        Assert.DoesNotContain(Directory.EnumerateFiles(here.Path), file => file.EndsWith(".part"));
    }

    [Fact]
    public async Task AFileIsPutBackIntoItsShare()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        Share share = await tenant.CreateShareAsync();
        RawPath root = share.Directory;
        RawFiles.MakeDirectory(root / "d");
        RawFiles.Write(root / "d/100 % of it.txt", "before");
        RawFiles.Write(root / "beside", "before");
        string id = await tenant.BackUpAsync(share);
        RawFiles.Delete(root / "d/100 % of it.txt");
        RawFiles.Write(root / "beside", "after");
        VerbClient client = new(server, "backup", VerbClient.Variables(server, tenant));

        JsonNode done = await client.AskAsync("restore", id, "d/100 % of it.txt", "--wait");
        Assert.Equal(("restore_files", "succeeded"), (Text(done, "kind"), Text(done, "status")));
        Assert.Equal("before", await File.ReadAllTextAsync($"{root}/d/100 % of it.txt"));
        Assert.Equal("after", await File.ReadAllTextAsync($"{root}/beside"));

        (await client.RunAsync("restore", id, "/", "--into", "as it was", "--wait")).Checked("restore");
        Assert.Equal("before", await File.ReadAllTextAsync($"{root}/as it was/beside"));
        Assert.Equal("after", await File.ReadAllTextAsync($"{root}/beside"));

        ProcessResult failed = await client.RunAsync("restore", id, "d", "--into", "beside", "--wait");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("'beside' cannot be made or opened", failed.Error, StringComparison.Ordinal);
        Assert.Equal("available", await tenant.ShareStatusAsync(share.Id));
        Assert.Equal(1, (await client.RunAsync("restore", id, "nothing")).ExitCode);
        // An empty variable of a script's is not everything.
        Assert.Equal(1, (await client.RunAsync("restore", id, "")).ExitCode);
        Assert.Equal(1, (await client.RunAsync("restore", id, "d", "--into", "")).ExitCode);
        Assert.Equal("after", await File.ReadAllTextAsync($"{root}/beside"));
    }

    [Fact]
    public async Task AFileIsSearchedForAndItsVersionsAreTold()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "member");
        Share share = await tenant.CreateShareAsync();
        RawPath root = share.Directory;
        RawFiles.MakeDirectory(root / "d");
        RawFiles.Write(root / "d/Report.txt", "one");
        string first = await tenant.BackUpAsync(share);
        string second = await tenant.BackUpAsync(share);
        RawFiles.Write(root / "d/Report.txt", "two");
        RawFiles.Write(root / "new", "new");
        string third = await tenant.BackUpAsync(share);
        VerbClient client = new(server, "backup", VerbClient.Variables(server, tenant));

        JsonNode found = Assert.Single((await client.AskAsync("search", "report", "--share", share.Id)).AsArray())!;
        Assert.Equal((third, "d/Report.txt"), (Text(found, "backup_id"), Text(found, "path")));
        Assert.Empty((await client.AskAsync("search", "new", "--backup", second)).AsArray());
        Assert.Equal(1, (await client.RunAsync("search", "new")).ExitCode);

        JsonArray versions = (await client.AskAsync("history", "d/Report.txt", "--share", share.Id)).AsArray();
        Assert.Equal([third, first], versions.Select(one => Text(one!, "backup_id")));
        Assert.Equal(
            3,
            (await client.AskAsync("history", "d/Report.txt", "--share", share.Id, "--all")).AsArray().Count
        );

        JsonArray changes = (await client.AskAsync("changes", third, "--since", second)).AsArray();
        Assert.Equal(
            [("d/Report.txt", "content"), ("new", "added")],
            changes.Select(one => (Text(one!, "path"), Text(one!, "change")))
        );
        string table = (await client.RunAsync("changes", third, "--since", second)).Checked("changes").Output;
        Assert.EndsWith("2 changes", table, StringComparison.Ordinal);
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
