using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// A project's member at work on some shares, one thing at a time, by a seed. What the service answers is noted in the
/// ledger, and what it should not have answered or done in the journal.
/// </summary>
internal sealed class Member(
    Door door,
    Ledger ledger,
    Journal journal,
    TemporaryDirectory scratch,
    string[] neighbours,
    int seed
) : IDisposable
{
    private const int MostShares = 3;

    private static readonly string[] Transient =
    [
        "creating",
        "deleting",
        "restoring",
        "backup_creating",
        "backup_restoring",
    ];

    private readonly Random random = new(seed);
    private readonly List<LedgerShare> shares = [];
    private readonly List<LedgerBackup> backups = [];

    private string Project => door.ProjectId;

    /// <summary>Until it is enough, and whatever was begun has ended.</summary>
    public async Task WorkAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await (
                random.Next(20) switch
                {
                    < 7 => BackUpAsync(),
                    < 11 => RestoreAsync(),
                    < 13 => DeleteAsync(),
                    < 15 => ShareBackupAsync(),
                    < 16 => CancelSharingAsync(),
                    < 18 => RestoreReceivedAsync(),
                    < 19 => MakeShareAsync(),
                    _ => RemoveShareAsync(),
                }
            );
        }
    }

    /// <summary>Finds shares in which something has changed that nobody was asked to change.</summary>
    public void LookAfterShares()
    {
        foreach (LedgerShare share in shares)
        {
            Compare(share, share.Known, "was changed behind its owner's back");
        }
    }

    public void Dispose() => door.Dispose();

    public async Task MakeShareAsync()
    {
        if (shares.Count == MostShares)
        {
            return;
        }
        LedgerShare share = ledger.ExpectShare(Project);
        var body = new
        {
            share = new
            {
                share_proto = "NFS",
                size = 1,
                name = share.Name,
            },
        };
        Said said = await AskAsync($"make {share.Name}", node => node.PostAsync("/v2/shares", body));
        share.Doubted = said.Doubted;
        if (!said.Yes)
        {
            journal.Find($"{share.Name} was refused: {said.Reply.Text}");
            return;
        }
        share.Id = Text(said.Reply["share"], "id");
        share.Fate = Fate.Kept;
        if (await SettledAsync(share) != "available")
        {
            // The disk was full; it is removed like any other.
            journal.Note($"{share.Name} could not be made: {await WhyAsync("share_id", share.Id)}");
            await RemoveShareAsync(share);
            return;
        }
        JsonNode places = (await door.SeeAsync($"/v2/shares/{share.Id}/export_locations"))["export_locations"];
        string path = Text(places[0]!, "path");
        share.Directory = path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..];
        Files.Change(share.Directory, random);
        share.Known = CopyOf(share);
        shares.Add(share);
    }

    private async Task RemoveShareAsync()
    {
        LedgerShare[] free =
        [
            .. shares.Where(share => !ledger.Backups.Values.Any(one => OfShare(one, share) && one.MayBe)),
        ];
        if (shares.Count > 1 && free.Length > 0)
        {
            LedgerShare share = Any(free);
            shares.Remove(share);
            await RemoveShareAsync(share);
        }
    }

    private async Task RemoveShareAsync(LedgerShare share)
    {
        share.Fate = Fate.Leaving;
        string path = $"/v2/shares/{share.Id}";
        Said said = await AskAsync($"remove {share.Name}", node => node.DeleteAsync(path));
        if (!said.Yes && !said.Doubted)
        {
            journal.Find($"The removal of {share.Name} was refused: {said.Reply.Text}");
            return;
        }
        await GoneAsync(path, share.Name);
        share.Fate = Fate.Gone;
    }

    // Nothing in the share changes until the backup has settled, also while nobody knows whether there is one: what is
    // found under that name later is of what is there now.
    private async Task BackUpAsync()
    {
        if (AnyUsable() is not { } share)
        {
            return;
        }
        Compare(share, share.Known, "was changed behind its owner's back");
        Files.Change(share.Directory, random);
        share.Known = CopyOf(share);
        string name = ledger.NewName($"{share.Name}.backup");
        LedgerBackup backup = ledger.ExpectBackup(Project, name, share.Known);
        var body = new { share_backup = new { share_id = share.Id, name } };
        Said said = await AskAsync(
            $"back up {share.Name} as {name}",
            node => node.PostAsync("/v2/share-backups", body)
        );
        backup.Doubted = said.Doubted;
        backup.Id = said.Yes ? Text(said.Reply["share_backup"], "id") : await FindAsync(backup);
        if (backup.Id is null)
        {
            if (said.Reply.Status != HttpStatusCode.RequestEntityTooLarge)
            {
                journal.Find($"{name} was refused: {said.Reply.Text}");
            }
            await DeleteAsync();
            return;
        }
        backup.Fate = Fate.Kept;
        await SettledAsync(share);
        string status = await SettledAsync(backup);
        if (status != "available")
        {
            journal.Find($"{name} was accepted, and is {status}: {await WhyAsync("backup_id", backup.Id)}");
        }
        backups.Add(backup);
    }

    /// <summary>One whose request was broken off.</summary>
    private async Task<string?> FindAsync(LedgerBackup backup)
    {
        Reply list = await door.SeeAsync($"/v2/share-backups/detail?name={backup.Name}");
        return list["share_backups"].AsArray().Select(row => Text(row!, "id")).FirstOrDefault();
    }

    private async Task RestoreAsync()
    {
        if (backups.Count > 0)
        {
            LedgerBackup backup = Any(backups);
            LedgerShare share = shares.Find(share => OfShare(backup, share))!;
            await RestoreAsync(backup, share);
        }
    }

    /// <summary>A backup that another project has shared with this one.</summary>
    private async Task RestoreReceivedAsync()
    {
        JsonArray rows = (await door.SeeAsync("/api/v1/sharings?received=true"))["sharings"].AsArray();
        if (rows.Count > 0 && AnyUsable() is { } share)
        {
            LedgerBackup backup = ledger.Backups[Text(Any([.. rows])!["backup"]!, "name")];
            await RestoreAsync(backup, share);
        }
    }

    private async Task RestoreAsync(LedgerBackup backup, LedgerShare share)
    {
        Files.Change(share.Directory, random);
        string? before = share.Known is null ? null : CopyOf(share);
        LedgerSharing? given = backup.Sharings.GetValueOrDefault(Project);
        string path = $"/v2/share-backups/{backup.Id}/action";
        string body = $$"""{"restore":"{{share.Id}}"}""";
        Said said = await AskAsync($"restore {backup.Name} to {share.Name}", node => node.PostAsync(path, body));
        if (!said.Yes && !said.Doubted)
        {
            if (backup.Project == Project || given!.Fate == Fate.Kept)
            {
                journal.Find($"The restore of {backup.Name} to {share.Name} was refused: {said.Reply.Text}");
            }
            share.Known = before;
            return;
        }
        string status = await SettledAsync(share);
        if (said.Yes && status == "available")
        {
            share.Known = backup.Copy;
            Compare(share, backup.Copy, $"is not what {backup.Name} was, which was restored to it");
        }
        else if (status == "available")
        {
            // Refused in the end, and perhaps done before.
            bool done = TreeComparer.Compare(backup.Copy, share.Directory).Count == 0;
            share.Known = done || before is null ? backup.Copy : before;
            Compare(share, share.Known, "is neither restored nor as it was");
        }
        else
        {
            // The disk was full. Another restore makes it whole.
            journal.Note($"{share.Name} is {status}: {await WhyAsync("share_id", share.Id)}");
            share.Known = null;
        }
    }

    private async Task DeleteAsync()
    {
        if (backups.Count == 0)
        {
            return;
        }
        LedgerBackup backup = Any(backups);
        backups.Remove(backup);
        backup.Fate = Fate.Leaving;
        foreach (LedgerSharing sharing in backup.Sharings.Values)
        {
            sharing.Fate = Fate.Leaving;
        }
        string path = $"/v2/share-backups/{backup.Id}";
        Said said = await AskAsync($"delete {backup.Name}", node => node.DeleteAsync(path));
        if (!said.Yes && !said.Doubted)
        {
            journal.Find($"The deletion of {backup.Name} was refused: {said.Reply.Text}");
            return;
        }
        await GoneAsync(path, backup.Name);
        backup.Fate = Fate.Gone;
        foreach (LedgerSharing sharing in backup.Sharings.Values)
        {
            sharing.Fate = Fate.Gone;
        }
    }

    private async Task ShareBackupAsync()
    {
        if (backups.Count == 0)
        {
            return;
        }
        LedgerBackup backup = Any(backups);
        string neighbour = Any(neighbours);
        LedgerSharing sharing = backup.ShareAnew(neighbour);
        var body = new { backup_id = backup.Id, to_project_ids = new[] { neighbour } };
        // To ask twice makes one sharing.
        Said said = await AskAsync($"share {backup.Name}", node => node.PostAsync("/api/v1/sharings", body));
        if (!said.Yes)
        {
            journal.Find($"The sharing of {backup.Name} was refused: {said.Reply.Text}");
            return;
        }
        sharing.Id = Text(said.Reply["sharings"][0]!, "id");
        sharing.Fate = Fate.Kept;
    }

    private async Task CancelSharingAsync()
    {
        LedgerSharing[] given =
        [
            .. backups.SelectMany(backup => backup.Sharings.Values).Where(sharing => sharing.Fate == Fate.Kept),
        ];
        if (given.Length == 0)
        {
            return;
        }
        LedgerSharing sharing = Any(given);
        sharing.Fate = Fate.Leaving;
        Said said = await AskAsync("end a sharing", node => node.DeleteAsync($"/api/v1/sharings/{sharing.Id}"));
        if (!said.Yes && !(said.Doubted && said.Reply.Status == HttpStatusCode.NotFound))
        {
            journal.Find($"The end of sharing {sharing.Id} was refused: {said.Reply.Text}");
            return;
        }
        sharing.Fate = Fate.Gone;
    }

    private async Task<Said> AskAsync(string what, Func<OpenStackSession, Task<Reply>> ask)
    {
        journal.Note($"{Project[..4]} {what}");
        Said said = await door.InsistAsync(what, ask);
        journal.Note($"{Project[..4]} {what}", said);
        return said;
    }

    private async Task<string> SettledAsync(LedgerShare share)
    {
        Reply seen = await door.WatchAsync($"/v2/shares/{share.Id}", reply => IsSettled(reply, "share"));
        return seen.Status == HttpStatusCode.NotFound ? Lost(share.Name) : Text(seen["share"], "status");
    }

    private async Task<string> SettledAsync(LedgerBackup backup)
    {
        Reply seen = await door.WatchAsync($"/v2/share-backups/{backup.Id}", reply => IsSettled(reply, "share_backup"));
        return seen.Status == HttpStatusCode.NotFound ? Lost(backup.Name) : Text(seen["share_backup"], "status");
    }

    private string Lost(string name)
    {
        journal.Find($"{name} was acknowledged, and is not there.");
        return "lost";
    }

    private static bool IsSettled(Reply reply, string kind) =>
        reply.Status == HttpStatusCode.NotFound || !Transient.Contains(Text(reply[kind], "status"));

    private async Task GoneAsync(string path, string name)
    {
        Reply seen = await door.WatchAsync(
            path,
            reply =>
                reply.Status == HttpStatusCode.NotFound
                || reply.Text.Contains("error_deleting", StringComparison.Ordinal)
        );
        if (seen.Status != HttpStatusCode.NotFound)
        {
            journal.Find($"The deletion of {name} was accepted, and failed: {seen.Text}");
        }
    }

    /// <summary>What the operations on it say of themselves.</summary>
    private async Task<string> WhyAsync(string filter, string id)
    {
        JsonNode rows = (await door.SeeAsync($"/api/v1/operations?{filter}={id}&limit=3"))["operations"];
        return rows.ToJsonString();
    }

    private string CopyOf(LedgerShare share)
    {
        string copy = scratch[ledger.NewName($"copy-of-{share.Name}")];
        Copy.Of(share.Directory, copy);
        return copy;
    }

    private void Compare(LedgerShare share, string? expected, string wrong)
    {
        IReadOnlyList<string> differences = expected is null ? [] : TreeComparer.Compare(expected, share.Directory);
        if (differences.Count > 0)
        {
            journal.Find($"{share.Name} {wrong}: {string.Join("; ", differences.Take(5))} ({expected})");
        }
    }

    private LedgerShare? AnyUsable()
    {
        LedgerShare[] usable = [.. shares.Where(share => share.Known is not null)];
        return usable.Length > 0 ? Any(usable) : null;
    }

    private static bool OfShare(LedgerBackup backup, LedgerShare share) =>
        backup.Name.StartsWith(share.Name + ".", StringComparison.Ordinal);

    private T Any<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private static string Text(JsonNode row, string name) => row[name]!.GetValue<string>();
}
