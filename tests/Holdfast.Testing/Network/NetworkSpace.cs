using Holdfast.Testing.Processes;

namespace Holdfast.Testing.Network;

/// <summary>
/// A network of its own for some processes, the kernel's namespace, with one link to everybody else's. They are reached at
/// its addresses, and the link can be cut as if a cable were pulled: nothing is refused or reset, what is sent is lost. Needs root.
/// </summary>
public sealed class NetworkSpace : IAsyncDisposable
{
    // 198.18.0.0/15 is set aside for the measuring of networks: nobody else's addresses are hidden by ours.
    private const int Networks = 512;
    private const int FirstHost = 10;

    private static int next = Environment.ProcessId;

    private readonly string name;
    private readonly string network;
    private readonly int addresses;

    private NetworkSpace(int number, int addresses)
    {
        int index = number % Networks;
        name = $"holdfast-{index}";
        network = $"198.{18 + (index / 256)}.{index % 256}";
        this.addresses = addresses;
    }

    /// <summary>What a command is preceded by to be run in there.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", $"--net=/run/netns/{name}"];

    /// <param name="addresses">How many it has.</param>
    public static async Task<NetworkSpace> MakeAsync(int addresses)
    {
        NetworkSpace space = new(Interlocked.Increment(ref next), addresses);
        await IpAsync("netns", "add", space.name);
        try
        {
            await space.LinkAsync();
            return space;
        }
        catch
        {
            await space.DisposeAsync();
            throw;
        }
    }

    public string Address(int number) => $"{network}.{FirstHost + number}";

    public Task CutAsync() => InsideAsync("link", "set", "eth0", "down");

    public Task MendAsync() => InsideAsync("link", "set", "eth0", "up");

    /// <summary>From now on nothing comes back from that address; the others are as they were.</summary>
    public Task CutAsync(string address) => InsideAsync("rule", "add", "from", address, "blackhole");

    public Task MendAsync(string address) => InsideAsync("rule", "del", "from", address, "blackhole");

    // The link goes with the namespace, once the last process in it has ended.
    public async ValueTask DisposeAsync() => await IpAsync("netns", "del", name);

    private async Task LinkAsync()
    {
        await IpAsync("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
        await IpAsync("address", "add", $"{network}.1/24", "dev", name);
        await IpAsync("link", "set", name, "up");
        await InsideAsync("link", "set", "lo", "up");
        for (int number = 0; number < addresses; number++)
        {
            await InsideAsync("address", "add", $"{Address(number)}/24", "dev", "eth0");
        }
        await InsideAsync("link", "set", "eth0", "up");
    }

    private Task InsideAsync(params string[] arguments) => IpAsync(["-n", name, .. arguments]);

    private static async Task IpAsync(params string[] arguments) =>
        (await ChildProcess.RunAsync("ip", arguments)).Checked($"ip {string.Join(' ', arguments)} (needs root)");
}
