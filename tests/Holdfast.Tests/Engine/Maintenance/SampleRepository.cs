using Holdfast.Engine;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects;
using Holdfast.Testing;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>Repositories of several snapshots of one directory that changes in between, in packs small enough to be many.</summary>
internal static class SampleRepository
{
    public const string Password = "correct horse";

    /// <summary>Far below the format's usual sizes: the same structures from less data.</summary>
    public static RepositoryOptions Options { get; } = new() { PackSize = 128 * 1024, Workers = 2 };

    /// <summary>Makes a repository with so many snapshots, the last of <paramref name="source"/> as it is afterwards.</summary>
    public static async Task<Repository> MakeAsync(IObjectStore store, string source, int snapshots, int seed = 1)
    {
        Repository repository = await Repository.InitAsync(store, Password, Options, default);
        var random = new Random(seed);
        for (int i = 0; i < snapshots; i++)
        {
            Change(source, random, i);
            await BackUpAsync(repository, source, i);
        }
        return repository;
    }

    public static Task<Repository> OpenAsync(IObjectStore store) =>
        Repository.OpenAsync(store, Password, Options, default);

    public static async Task<Snapshot> BackUpAsync(Repository repository, string source, int day)
    {
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        using BackupSource paths = BackupSource.FromPaths([source]);
        var request = new BackupRequest
        {
            Paths = paths.Paths,
            Hostname = "host",
            Time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day),
        };
        return (await new TreeBackup(repository, paths, request).RunAsync(held, default)).Snapshot;
    }

    /// <summary>Forgets every second snapshot, so that packs become partly used.</summary>
    public static async Task ForgetHalfAsync(Repository repository)
    {
        IReadOnlyList<Snapshot> all = await repository.ListSnapshotsAsync(default);
        foreach (Snapshot snapshot in all.Where((_, i) => i % 2 == 0))
        {
            await repository.DeleteSnapshotAsync(snapshot.Id, default);
        }
    }

    public static Task<CheckReport> CheckAsync(Repository repository) =>
        CheckRun.RunAsync(repository, new CheckOptions { ReadData = PackSubset.All }, null, null, default);

    /// <summary>Rewrites, adds and removes some of forty files, most of them small.</summary>
    private static void Change(string source, Random random, int round)
    {
        foreach (int number in Enumerable.Range(0, 40))
        {
            string file = Path.Combine(source, $"folder-{number % 5}", $"file-{number}");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            switch (round == 0 ? 0 : random.Next(6))
            {
                case 0 or 1:
                    File.WriteAllBytes(
                        file,
                        SampleBlobs.Noise(random, random.Next(1, number % 10 == 0 ? 90_000 : 9_000))
                    );
                    break;
                case 2:
                    File.Delete(file);
                    break;
                default:
                    break;
            }
        }
    }
}
