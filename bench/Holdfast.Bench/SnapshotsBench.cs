using Holdfast.Engine;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;

namespace Holdfast.Bench;

/// <summary>Gives a repository of the service a snapshot for each of many backups, all of the tree that it has one of.</summary>
internal static class SnapshotsBench
{
    private const string Backup = "backup=";

    /// <summary>
    /// Reads the repository's password and then ids of backups from standard input, a line each, and prints the ids of their
    /// snapshots in that order.
    /// </summary>
    public static async Task RunAsync(string directory)
    {
        string password = Console.ReadLine()!;
        string[] backups = Console.In.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await using Repository repository = await Repository.OpenAsync(
            new LocalObjectStore(directory),
            password,
            new RepositoryOptions(),
            default
        );
        Snapshot template = (await repository.ListSnapshotsAsync(default))[0];
        string[] others = [.. template.Tags.Where(tag => !tag.StartsWith(Backup, StringComparison.Ordinal))];
        var ids = new Id[backups.Length];
        await Parallel.ForAsync(
            0,
            backups.Length,
            async (n, token) =>
            {
                Snapshot one = template with
                {
                    Time = template.Time.AddSeconds(-n),
                    Tags = [.. others, Backup + backups[n]],
                };
                ids[n] = (await repository.SaveSnapshotAsync(one, token)).Id;
            }
        );
        foreach (Id id in ids)
        {
            Console.WriteLine(id);
        }
    }
}
