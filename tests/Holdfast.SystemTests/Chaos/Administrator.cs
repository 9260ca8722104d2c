namespace Holdfast.SystemTests.Chaos;

/// <summary>Sets how many backups the projects may have, again and again.</summary>
internal sealed class Administrator(Door door, Ledger ledger, Journal journal, int seed) : IDisposable
{
    /// <summary>No project is ever allowed more.</summary>
    public const int MostBackups = 8;

    private const int FewestBackups = 3;

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(5);

    private readonly Random random = new(seed);

    public async Task WorkAsync(CancellationToken enough)
    {
        string[] projects = [.. ledger.Quotas.Keys.Order()];
        while (!enough.IsCancellationRequested)
        {
            await SetAsync(projects[random.Next(projects.Length)], random.Next(FewestBackups, MostBackups + 1));
            await Task.Delay(random.NextDouble() * LongestRest, enough)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task SetAsync(string project, int backups)
    {
        var body = new { quota_set = new { backups } };
        string what = $"let {project} have {backups} backups";
        Said said = await door.InsistAsync(what, node => node.PutAsync($"/v2/quota-sets/{project}", body));
        journal.Note(what, said);
        if (said.Yes)
        {
            ledger.Quotas[project] = backups;
        }
        else if (!said.Reply.Text.Contains("smaller than already used", StringComparison.Ordinal))
        {
            journal.Find($"{what} was refused: {said.Reply.Text}");
        }
    }

    public void Dispose() => door.Dispose();
}
