using Holdfast.Testing.Processes;

namespace Holdfast.SystemTests.Chaos;

/// <summary>Something that breaks, and is whole again after a while.</summary>
/// <param name="Longest">A fault of a second is a fault as well; this is the longest.</param>
internal sealed record Fault(string Name, TimeSpan Longest, Func<Task> Break, Func<Task> Mend);

/// <summary>What can be broken about a <see cref="ChaosCloud"/>.</summary>
internal static class Faults
{
    private const string FillDisk = """
        number=0
        for size in 128M 16M 1M 64K 4K; do
            while fallocate -l $size "$1/full-$number" 2>/dev/null; do number=$((number + 1)); done
        done
        rm -f "$1/full-$number"
        """;

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan While = TimeSpan.FromSeconds(12);

    // Longer than a store may be silent, and than the four tries at one request take.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(25);

    public static IReadOnlyList<Fault> OfNodes(ChaosCloud cloud) =>
        [.. cloud.Nodes.SelectMany((node, number) => Of(cloud, node, number)), .. OfTwo(cloud)];

    public static IReadOnlyList<Fault> OfServers(ChaosCloud cloud) =>
        [
            new("the database is killed", While, cloud.Database.KillAsync, cloud.Database.StartAgainAsync),
            new("the database's network is cut", Long, cloud.DatabaseNetwork.CutAsync, cloud.DatabaseNetwork.MendAsync),
            new("the gateway is killed", While, cloud.Gateway.StopGatewayAsync, cloud.Gateway.StartGatewayAsync),
            new("the gateway hangs", Long, Done(cloud.Gateway.Pause), Done(cloud.Gateway.Resume)),
            new("the store's network is cut", Long, cloud.StoreNetwork.CutAsync, cloud.StoreNetwork.MendAsync),
            new("the disk of the shares is full", While, () => FillAsync(cloud), Done(() => Free(cloud))),
        ];

    private static IEnumerable<Fault> Of(ChaosCloud cloud, ChaosNode node, int number)
    {
        (string database, string store) = cloud.AddressesOf(number);
        yield return new($"{node.Name} is killed", Moment, node.KillAsync, Done(node.Raise));
        yield return new($"{node.Name} is frozen", While, Done(node.Freeze), Done(node.Thaw));
        yield return new($"{node.Name} is stopped", Moment, node.StopAsync, Done(node.Raise));
        yield return new(
            $"{node.Name} is cut off from the database",
            Long,
            () => cloud.DatabaseNetwork.CutAsync(database),
            () => cloud.DatabaseNetwork.MendAsync(database)
        );
        yield return new(
            $"{node.Name} is cut off from the store",
            Long,
            () => cloud.StoreNetwork.CutAsync(store),
            () => cloud.StoreNetwork.MendAsync(store)
        );
    }

    private static IEnumerable<Fault> OfTwo(ChaosCloud cloud) =>
        cloud.Nodes.Zip(
            cloud.Nodes.Skip(1),
            (one, other) =>
                new Fault(
                    $"{one.Name} and {other.Name} are killed",
                    Moment,
                    () => Task.WhenAll(one.KillAsync(), other.KillAsync()),
                    Done(() =>
                    {
                        one.Raise();
                        other.Raise();
                    })
                )
        );

    private static async Task FillAsync(ChaosCloud cloud) =>
        (await ChildProcess.RunAsync("bash", ["-c", FillDisk, "fill", cloud.Disk.Path])).Checked("filling the disk");

    private static void Free(ChaosCloud cloud)
    {
        foreach (string file in Directory.GetFiles(cloud.Disk.Path, "full-*"))
        {
            File.Delete(file);
        }
    }

    private static Func<Task> Done(Action act) =>
        () =>
        {
            act();
            return Task.CompletedTask;
        };
}
