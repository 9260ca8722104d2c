using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Xunit;
using static Holdfast.SystemTests.Server.ClientOutput;

namespace Holdfast.SystemTests.Clients;

/// <summary>Every <c>openstack share backup</c> command with every option, as newer releases' stock clients send them.</summary>
[Trait("e2e", "clients")]
public sealed class ShareBackupCommandTests
{
    /// <summary>Ends nothing that was begun: what is under way stays so.</summary>
    private static readonly (string, string) NothingEnds = ("HOLDFAST_WORKERS__GRACE_SECONDS", "3600");

    /// <summary>The options of each command that these tests use; a client with more needs another test.</summary>
    private static readonly Dictionary<string, string[]> Options = new()
    {
        ["create"] = ["name", "description", "backup-options"],
        ["list"] =
        [
            "share",
            "name",
            "description",
            "name~",
            "description~",
            "status",
            "limit",
            "offset",
            "sort-key",
            "sort-dir",
            "detail",
        ],
        ["show"] = [],
        ["set"] = ["name", "description", "status"],
        ["unset"] = ["name", "description"],
        ["delete"] = ["wait"],
        ["restore"] = ["target-share", "wait"],
    };

    [Theory]
    [InlineData("trixie")]
    [InlineData("sid")]
    public async Task NoCommandAndNoOptionIsMissingHere(string release)
    {
        await using Cloud cloud = await Cloud.StartAsync(release);
        string commands = await cloud.Member.RunAsync("--help");
        Assert.Equal(Options.Keys.Order(), FirstWords(commands, "  share backup "));
        foreach ((string command, string[] known) in Options)
        {
            string help = await cloud.Member.RunAsync("share", "backup", command, "--help");
            string own = help.Split("\noptions:")[1].Split("\noutput formatters")[0];
            string[] unused = command == "restore" && release == "trixie" ? ["target-share", "wait"] : [];
            Assert.Equal(known.Except(unused), FirstWords(own, "  --"));
        }
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ABackupIsMadeShownChangedAndDeleted(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient member = cloud.Member;
        Share share = await cloud.CreateShareAsync("docs");

        JsonNode made = await member.AskAsync("share", "backup", "create", "docs");
        AssertFields(made, ("name", null), ("description", null), ("share_id", share.Id), ("status", "creating"));
        AssertFields(made, ("size", "1"), ("availability_zone", "nova"), ("backup_type", null), ("updated_at", null));
        AssertFields(made, ("progress", "0"), ("restore_progress", "0"));
        string plain = Text(made, "id");
        await cloud.WaitForBackupAsync(plain, "available");

        string[] names = ["--name", "weekly one", "--description", "of März"];
        string[] options = ["--backup-options", "backup_type=weekly", "--backup-options", "dummy=True"];
        string weekly = await cloud.CreateBackupAsync(share.Id, [.. names, .. options]);
        JsonNode shown = await member.AskAsync("share", "backup", "show", "weekly one");
        Assert.Equal(Fields(made), Fields(shown));
        AssertFields(shown, ("id", weekly), ("name", "weekly one"), ("description", "of März"), ("share_id", share.Id));
        AssertFields(shown, ("backup_type", "weekly"), ("progress", "100"), ("status", "available"));
        Assert.Equal(shown.ToJsonString(), (await member.AskAsync("share", "backup", "show", weekly)).ToJsonString());

        await member.RunAsync("share", "backup", "set", "weekly one", "--name", "eins", "--description", "zwei");
        shown = await member.AskAsync("share", "backup", "show", weekly);
        AssertFields(shown, ("name", "eins"), ("description", "zwei"), ("status", "available"));
        await member.RunAsync("share", "backup", "unset", "eins", "--name", "--description");
        AssertFields(await member.AskAsync("share", "backup", "show", weekly), ("name", null), ("description", null));

        await member.RunAsync("share", "backup", "set", plain, "--name", "same");
        await member.RunAsync("share", "backup", "set", weekly, "--name", "same");
        Assert.Equal(
            "More than one sharebackup exists with the name 'same'.",
            await member.FailAsync("share", "backup", "show", "same")
        );
        Assert.Equal(
            "Failed to delete a share backup with name or ID 'none': No sharebackup with a name or ID of 'none' exists.\n"
                + "1 of 3 backups failed to delete.",
            await member.FailAsync("share", "backup", "delete", plain, "none", weekly, "--wait")
        );
        Assert.Empty((await member.AskAsync("share", "backup", "list")).AsArray());
        await member.RunAsync("share", "delete", "docs", "--wait");
        Assert.Empty((await member.AskAsync("share", "list")).AsArray());
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task AListIsFilteredOrderedAndCut(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        Share docs = await cloud.CreateShareAsync("docs");
        Share media = await cloud.CreateShareAsync("media");
        string b = await cloud.CreateBackupAsync("docs", "--name", "b-side", "--description", "the Second");
        string a = await cloud.CreateBackupAsync("media", "--name", "a-side", "--description", "the first");
        string c = await cloud.CreateBackupAsync("docs", "--name", "c", "--description", "last");
        await cloud.Admin.RunAsync("share", "backup", "set", c, "--status", "error");
        async Task AssertListAsync(string[] expected, params string[] options) =>
            Assert.Equal(expected, Column(await ListAsync(cloud.Member, options), "ID"));

        JsonNode rows = await ListAsync(cloud.Member);
        Assert.Equal([c, a, b], Column(rows, "ID"));
        Assert.Equal(["ID", "Name", "Share ID", "Status"], Fields(rows[0]!));
        Assert.Equal([docs.Id, media.Id, docs.Id], Column(rows, "Share ID"));
        Assert.Equal(["error", "available", "available"], Column(rows, "Status"));

        JsonNode details = await ListAsync(cloud.Member, "--detail");
        Assert.Equal([c, a, b], Column(details, "ID"));
        AssertFields(details[1]!, ("Name", "a-side"), ("Description", "the first"), ("Size", "1"), ("Progress", "100"));
        AssertFields(
            details[1]!,
            ("Restore Progress", "0"),
            ("Availability Zone", "nova"),
            ("Host", ""),
            ("Topic", "")
        );
        Assert.All(["Created At", "Updated At"], time => Assert.StartsWith("20", Text(details[1]!, time)));
        Assert.Equal(rows.ToJsonString(), (await ListAsync(cloud.Member, "--detail", "0")).ToJsonString());

        await AssertListAsync([c, b], "--share", "docs");
        await AssertListAsync([a], "--share", media.Id);
        await AssertListAsync([a], "--name", "a-side");
        await AssertListAsync([], "--name", "side");
        await AssertListAsync([a, b], "--name~", "SIDE");
        await AssertListAsync([a], "--description", "the first");
        await AssertListAsync([a, b], "--description~", "the ");
        await AssertListAsync([a, b], "--status", "available");
        await AssertListAsync([c], "--status", "error", "--share", "docs", "--detail");
        await AssertListAsync([c, a], "--limit", "2");
        await AssertListAsync([a], "--limit", "1", "--offset", "1");
        await AssertListAsync([b], "--offset", "2", "--detail", "1");
        await AssertListAsync([a, b, c], "--sort-key", "name", "--sort-dir", "asc");
        await AssertListAsync([c, b, a], "--sort-key", "name", "--sort-dir", "desc");
        await AssertListAsync(
            [.. new[] { a, b, c }.Order(StringComparer.Ordinal)],
            "--sort-key",
            "id",
            "--sort-dir",
            "asc"
        );
        string keys = (await cloud.Member.FailAsync(List("--sort-key", "x"))).Split(": ")[1].TrimEnd('.');
        foreach (string key in keys.Split(", "))
        {
            Assert.Equal(3, (await ListAsync(cloud.Member, "--sort-key", key)).AsArray().Count);
        }
        Assert.Equal(
            "No share with a name or ID of 'none' exists.",
            await cloud.Member.FailAsync(List("--share", "none"))
        );
        Assert.Equal("offset must be >= 0 (HTTP 400)", await cloud.Member.FailAsync(List("--offset", "-1")));
        Assert.Empty((await ListAsync(cloud.Stranger)).AsArray());
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ARestoreBringsTheFilesBack(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        StockClient member = cloud.Member;
        Share docs = await cloud.CreateShareAsync("docs");
        string file = Path.Combine(docs.Directory, "file");
        await File.WriteAllTextAsync(file, "worth keeping\n");
        string backup = await cloud.CreateBackupAsync("docs", "--name", "kept");

        await File.WriteAllTextAsync(file, "spoilt\n");
        bool waits = release != "trixie";
        await member.RunAsync(["share", "backup", "restore", "kept", .. waits ? ["--wait"] : Array.Empty<string>()]);
        await cloud.WaitForShareAsync("docs", "available");
        Assert.Equal("worth keeping\n", await File.ReadAllTextAsync(file));
        AssertFields(await member.AskAsync("share", "show", "docs"), ("source_backup_id", backup));
        AssertFields(await member.AskAsync("share", "backup", "show", "kept"), ("restore_progress", "100"));

        Assert.Equal(
            "Failed to delete share with name or ID 'docs': Invalid share: Share still has 1 dependent backups. (HTTP 403)\n"
                + "1 of 1 shares failed to delete.",
            await member.FailAsync("share", "delete", "docs")
        );
        if (waits)
        {
            Share media = await cloud.CreateShareAsync("media");
            await member.RunAsync("share", "backup", "restore", backup, "--target-share", "media", "--wait");
            Assert.Equal("worth keeping\n", await File.ReadAllTextAsync(Path.Combine(media.Directory, "file")));
            AssertFields(await member.AskAsync("share", "show", "media"), ("source_backup_id", backup));
            Assert.Equal(
                "No share with a name or ID of 'none' exists.",
                await member.FailAsync("share", "backup", "restore", backup, "--target-share", "none")
            );
        }
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task WhatIsUnderWayIsSeenAndLeftAlone(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity, NothingEnds);
        StockClient member = cloud.Member;
        Share share = await cloud.CreateShareAsync("docs");
        string id = Text(await member.AskAsync("share", "backup", "create", "docs", "--name", "slow"), "id");
        AssertFields(await member.AskAsync("share", "show", "docs"), ("status", "backup_creating"));
        Assert.Equal([id], Column(await ListAsync(member, "--status", "creating"), "ID"));
        Assert.Equal(
            $"Share {share.Id} is in 'backup_creating' state, but it must be in 'available' state to create a backup. "
                + "(HTTP 400)",
            await member.FailAsync("share", "backup", "create", "docs")
        );
        Assert.Equal(
            $"Invalid backup: Backup {id} status must be available. (HTTP 400)",
            await member.FailAsync("share", "backup", "restore", "slow")
        );
        Assert.Equal(
            $"Failed to delete a share backup with name or ID 'slow': Invalid backup: Backup {id} status must be "
                + "available or error. (HTTP 400)\n1 of 1 backups failed to delete.",
            await member.FailAsync("share", "backup", "delete", "slow", "--wait")
        );
        // Its name may change at any time.
        await member.RunAsync("share", "backup", "set", "slow", "--name", "slower");
        AssertFields(await member.AskAsync("share", "backup", "show", id), ("name", "slower"), ("status", "creating"));
    }

    [Theory]
    [MemberData(nameof(Cloud.Kinds), MemberType = typeof(Cloud))]
    public async Task ARoleLimitsWhatAUserDoes(string release, Identity identity)
    {
        await using Cloud cloud = await Cloud.StartAsync(release, identity);
        Share share = await cloud.CreateShareAsync("docs");
        string id = await cloud.CreateBackupAsync("docs", "--name", "ours");
        const string denied = "Access was denied to this resource. (HTTP 403)";

        StockClient reader = cloud.Reader;
        Assert.Equal([id], Column(await ListAsync(reader), "ID"));
        AssertFields(await reader.AskAsync("share", "backup", "show", "ours"), ("id", id));
        Assert.Equal(denied, await reader.FailAsync("share", "backup", "create", "docs"));
        Assert.Equal(denied, await reader.FailAsync("share", "backup", "restore", "ours"));
        Assert.Contains(denied, await reader.FailAsync("share", "backup", "delete", "ours"), StringComparison.Ordinal);
        string[] set = ["share", "backup", "set", "ours", "--name", "mine"];
        Assert.Contains(denied, await reader.FailAsync(set), StringComparison.Ordinal);

        string[] reset = ["share", "backup", "set", id, "--status", "error"];
        Assert.Equal(
            $"Failed to update backup status to 'error': {denied}\nOne or more of the set operations failed",
            await cloud.Member.FailAsync(reset)
        );

        const string none = "No sharebackup with a name or ID of 'ours' exists.";
        Assert.Equal(none, await cloud.Stranger.FailAsync("share", "backup", "show", "ours"));
        Assert.Equal(none, await cloud.Stranger.FailAsync("share", "backup", "restore", "ours"));
        Assert.Equal(none, await cloud.Stranger.FailAsync("share", "backup", "unset", "ours", "--name"));
        Assert.Equal(
            $"No share with a name or ID of '{share.Id}' exists.",
            await cloud.Stranger.FailAsync("share", "backup", "create", share.Id)
        );
        AssertFields(
            await cloud.Member.AskAsync("share", "backup", "show", id),
            ("name", "ours"),
            ("status", "available")
        );

        JsonNode seen = await cloud.Admin.AskAsync("share", "backup", "show", id);
        AssertFields(seen, ("name", "ours"), ("topic", "manila-data"), ("host", Environment.MachineName));
        Assert.Empty((await ListAsync(cloud.Admin)).AsArray());
        foreach (string status in new[] { "error", "creating", "deleting", "restoring", "available" })
        {
            await cloud.Admin.RunAsync("share", "backup", "set", id, "--status", status);
            AssertFields(await cloud.Member.AskAsync("share", "backup", "show", id), ("status", status));
        }
        await cloud.Admin.RunAsync("share", "backup", "delete", id, "--wait");
        Assert.Empty((await ListAsync(cloud.Member)).AsArray());
    }

    /// <summary>The word that follows a prefix, of each line that has it.</summary>
    private static IEnumerable<string> FirstWords(string text, string prefix) =>
        text.Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => line[prefix.Length..].Split(' ', ',')[0]);

    private static string[] List(params string[] options) => ["share", "backup", "list", .. options];

    private static Task<JsonNode> ListAsync(StockClient client, params string[] options) =>
        client.AskAsync(List(options));
}
