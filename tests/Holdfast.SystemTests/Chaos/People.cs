using Holdfast.SystemTests.Server;

namespace Holdfast.SystemTests.Chaos;

/// <summary>Some projects with some members each, and an administrator who sets their quotas. All of them write one ledger.</summary>
internal sealed class People : IAsyncDisposable
{
    private const int Projects = 3;
    private const int MembersOfAProject = 2;

    private readonly List<Tenant> tenants = [];
    private readonly List<Member> members = [];
    private readonly Administrator administrator;

    private People(OpenStackSession admin, Administrator administrator, Ledger ledger) =>
        (Admin, this.administrator, Ledger) = (admin, administrator, ledger);

    public OpenStackSession Admin { get; }

    public Ledger Ledger { get; }

    public IReadOnlyList<Tenant> Tenants => tenants;

    public IReadOnlyList<Member> Members => members;

    /// <summary>While all is well: quotas are set, and each member has a share.</summary>
    public static async Task<People> ComeAsync(ChaosCloud cloud, int seed)
    {
        (Uri service, Journal journal, Ledger ledger) = (cloud.Doors[0].Url, cloud.Journal, new Ledger());
        OpenStackSession admin = await OpenStackSession.SignInAsync(
            service,
            "admin",
            HoldfastServer.AdminPassword,
            "admin"
        );
        Door toAdministrate = Door.Open(cloud.Doors, admin, seed, journal);
        People people = new(admin, new Administrator(toAdministrate, ledger, journal, seed), ledger);
        for (int project = 0; project < Projects; project++)
        {
            Tenant tenant = await Tenant.CreateAsync(service, $"project{project}");
            people.tenants.Add(tenant);
            await people.administrator.SetAsync(tenant.ProjectId, Administrator.MostBackups);
        }
        foreach (Tenant tenant in people.tenants)
        {
            string[] neighbours = [.. people.tenants.Where(one => one != tenant).Select(one => one.ProjectId)];
            for (int number = 0; number < MembersOfAProject; number++)
            {
                int own = (seed * 100) + people.members.Count;
                Door door = Door.Open(cloud.Doors, tenant.Session, own, journal);
                people.members.Add(new Member(door, ledger, journal, cloud.Scratch, neighbours, own));
            }
        }
        await Task.WhenAll(people.members.Select(member => member.MakeShareAsync()));
        return people;
    }

    /// <summary>Until it is enough, and whatever they have begun has ended.</summary>
    public Task WorkAsync(CancellationToken enough) =>
        Task.WhenAll([administrator.WorkAsync(enough), .. members.Select(member => member.WorkAsync(enough))]);

    public ValueTask DisposeAsync()
    {
        foreach (IDisposable one in (IDisposable[])[.. members, .. tenants, administrator, Admin])
        {
            one.Dispose();
        }
        return ValueTask.CompletedTask;
    }
}
