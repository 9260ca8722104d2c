using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// Holds the ledger against the service when all faults are over: nothing acknowledged is lost and nothing is there that
/// nobody asked for, nothing is stuck, quotas add up, every available backup restores, restic finds no fault.
/// </summary>
internal sealed class Verdict(ChaosCloud cloud, People people)
{
    // An operation that has failed for now rests for five minutes at most.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(7);

    private static readonly string[] Live = ["queued", "running"];

    private readonly Ledger ledger = people.Ledger;
    private readonly OpenStackSession admin = people.Admin;

    private Journal Journal => cloud.Journal;

    public async Task PassAsync()
    {
        await NothingIsLeftToDoAsync();
        foreach (Member member in people.Members)
        {
            member.LookAfterShares();
        }
        foreach (Tenant tenant in people.Tenants)
        {
            JsonArray shares = await ListAsync(tenant, "/v2/shares/detail", "shares");
            JsonArray backups = await ListAsync(tenant, "/v2/share-backups/detail", "share_backups");
            CheckShares(tenant, shares);
            CheckBackups(tenant, backups);
            await CheckSharingsAsync(tenant);
            await CheckQuotasAsync(tenant, shares, backups);
            await EveryBackupRestoresAsync(tenant, backups);
            await ResticFindsNoFaultAsync(tenant, backups);
        }
    }

    private async Task NothingIsLeftToDoAsync()
    {
        string left = "";
        try
        {
            await Eventually.HoldsAsync(
                "every operation to end",
                async () => (left = await LeftToDoAsync()).Length == 0,
                Patience
            );
        }
        catch (TimeoutException)
        {
            Journal.Find($"Operations are stuck: {left}");
        }
    }

    private async Task<string> LeftToDoAsync()
    {
        List<string> left = [];
        foreach (string status in Live)
        {
            Reply list = await admin.GetAsync($"/api/v1/operations?all_projects=true&status={status}");
            left.AddRange(list["operations"].AsArray().Select(row => row!.ToJsonString()));
        }
        return string.Join('\n', left);
    }

    private void CheckShares(Tenant tenant, JsonArray rows)
    {
        LedgerShare[] expected = [.. ledger.Shares.Values.Where(share => share.Project == tenant.ProjectId)];
        foreach (LedgerShare share in expected)
        {
            JsonNode[] found = [.. rows.Where(row => Text(row!, "name") == share.Name)!];
            CheckFate($"share {share.Name}", share.Fate, share.Id, share.Doubted, found);
            foreach (JsonNode row in found)
            {
                string status = Text(row, "status");
                bool half = share.Known is null && status is "backup_restoring_error" or "error";
                if (status != "available" && !half)
                {
                    Journal.Find($"Share {share.Name} is {status}.");
                }
            }
        }
        CheckNames(rows, expected.Select(share => share.Name));
    }

    private void CheckBackups(Tenant tenant, JsonArray rows)
    {
        LedgerBackup[] expected = [.. ledger.Backups.Values.Where(backup => backup.Project == tenant.ProjectId)];
        foreach (LedgerBackup backup in expected)
        {
            JsonNode[] found = [.. rows.Where(row => Text(row!, "name") == backup.Name)!];
            CheckFate($"backup {backup.Name}", backup.Fate, backup.Id, backup.Doubted, found);
            foreach (JsonNode row in found)
            {
                if (Text(row, "status") != "available")
                {
                    Journal.Find($"Backup {backup.Name} is {row.ToJsonString()}.");
                }
            }
        }
        CheckNames(rows, expected.Select(backup => backup.Name));
        if (rows.Count > Administrator.MostBackups)
        {
            Journal.Find($"{tenant.Name} has {rows.Count} backups, and was never allowed so many.");
        }
    }

    private void CheckFate(string what, Fate fate, string? id, bool doubted, JsonNode[] found)
    {
        bool there = found.Any(row => Text(row, "id") == id);
        if (fate == Fate.Kept && !there)
        {
            Journal.Find($"{what} ({id}) was acknowledged, and is not there.");
        }
        if (fate == Fate.Gone && there)
        {
            Journal.Find($"{what} ({id}) was gone, and is there again.");
        }
        int most = doubted ? int.MaxValue : 1;
        if (found.Length > most)
        {
            Journal.Find($"{what} is there {found.Length} times, and was asked for once.");
        }
    }

    private void CheckNames(JsonArray rows, IEnumerable<string> expected)
    {
        foreach (string name in rows.Select(row => Text(row!, "name")).Except(expected))
        {
            Journal.Find($"Nobody has asked for {name}.");
        }
    }

    private async Task CheckSharingsAsync(Tenant tenant)
    {
        foreach (LedgerBackup backup in ledger.Backups.Values)
        {
            if (backup.Sharings.TryGetValue(tenant.ProjectId, out LedgerSharing? sharing))
            {
                Reply seen = await tenant.Session.GetAsync($"/v2/share-backups/{backup.Id}");
                bool there = seen.Status == HttpStatusCode.OK;
                if (there != (sharing.Fate == Fate.Kept))
                {
                    Journal.Find($"The sharing of {backup.Name} with {tenant.Name} is {sharing.Fate}: {seen.Text}");
                }
            }
        }
    }

    private async Task CheckQuotasAsync(Tenant tenant, JsonArray shares, JsonArray backups)
    {
        JsonNode set = (await admin.GetAsync($"/v2/quota-sets/{tenant.ProjectId}/detail"))["quota_set"];
        Check("shares", "in_use", shares.Count);
        Check("gigabytes", "in_use", shares.Sum(row => Number(row!, "size")));
        Check("backups", "in_use", backups.Count);
        Check("backups", "limit", ledger.Quotas[tenant.ProjectId]);
        Check("backup_gigabytes", "in_use", backups.Sum(row => Number(row!, "size")));
        foreach (string resource in (string[])["shares", "gigabytes", "backups", "backup_gigabytes"])
        {
            Check(resource, "reserved", 0);
        }

        void Check(string resource, string what, int expected)
        {
            int actual = Number(set[resource]!, what);
            if (actual != expected)
            {
                Journal.Find($"{tenant.Name}'s quota of {resource}: {what} is {actual}, and should be {expected}.");
            }
        }
    }

    private async Task EveryBackupRestoresAsync(Tenant tenant, JsonArray backups)
    {
        Share share = await tenant.CreateShareAsync();
        foreach (JsonNode? row in backups)
        {
            string name = Text(row!, "name");
            await tenant.RestoreAsync(Text(row!, "id"), share);
            Compare(ledger.Backups[name].Copy, share.Directory, $"{name}, restored by us", new());
        }
    }

    private async Task ResticFindsNoFaultAsync(Tenant tenant, JsonArray backups)
    {
        using Restic restic = await cloud.Doors[0].OpenRepositoryAsync(tenant.ProjectId);
        ProcessResult check = await restic.TryRunAsync("check", "--read-data", "--retry-lock", "1m");
        if (check.ExitCode != 0)
        {
            Journal.Find($"restic check of {tenant.Name}: {check.Output}{check.Error}");
        }
        foreach (JsonNode? row in backups)
        {
            (string id, string name) = (Text(row!, "id"), Text(row!, "name"));
            string target = cloud.Scratch[$"restic-{id}"];
            string tree = $"latest:/{Text(row!, "share_id")}";
            await restic.RunAsync("restore", "--tag", $"backup={id}", tree, "--target", target);
            // Restic leaves the directory that it restores into as it finds it.
            Compare(ledger.Backups[name].Copy, target, $"{name}, restored by restic", new() { IgnoreRoot = true });
        }
    }

    private void Compare(string expected, string actual, string what, TreeComparison comparison)
    {
        IReadOnlyList<string> found = TreeComparer.Compare(expected, actual, comparison);
        if (found.Count > 0)
        {
            Journal.Find($"{what}, is not what was backed up: {string.Join("; ", found.Take(5))}");
        }
    }

    private static async Task<JsonArray> ListAsync(Tenant tenant, string path, string name) =>
        (await tenant.Session.GetAsync(path))[name].AsArray();

    private static string Text(JsonNode row, string name) => row[name]?.GetValue<string>() ?? "";

    private static int Number(JsonNode row, string name) => row[name]!.GetValue<int>();
}
