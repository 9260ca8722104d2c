using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>What <c>docs/user/restore-without-us.md</c> tells people to type, once the service is gone.</summary>
public sealed class RestoreWithoutUsTests
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    [Fact]
    [Trait(Runbook.Section, "The password, while there is a service")]
    [Trait(Runbook.Section, "What there is")]
    [Trait(Runbook.Section, "All of a share")]
    [Trait(Runbook.Section, "A certain backup of it")]
    [Trait(Runbook.Section, "One file")]
    [Trait(Runbook.Section, "A volume")]
    [Trait(Runbook.Section, "Whether all of it is whole")]
    public async Task EverythingComesBackByStockRestic()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "tenant");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        await File.WriteAllTextAsync(Path.Join(share.Directory, "report.txt"), "first\n");
        Copy.Of(share.Directory, server.Scratch["first"]);
        string backup = await tenant.BackUpAsync(share);
        await File.WriteAllTextAsync(Path.Join(share.Directory, "report.txt"), "second\n");
        Copy.Of(share.Directory, server.Scratch["second"]);
        await tenant.BackUpAsync(share);
        VolumeTenant volumes = new(tenant, Path.Combine(server.DataDirectory, "volumes"));
        SystemVolume volume = await volumes.CreateAsync(size: 1);
        SparseImage.Write(volume.Image, 5 << 20, 1 << 20, seed: 1);
        await volumes.BackUpAsync(volume);
        Dictionary<string, string?> variables = new()
        {
            ["store"] = Path.Join(server.DataDirectory, "store"),
            ["project"] = tenant.ProjectId,
            ["share"] = share.Id,
            ["backup"] = backup,
            ["volume"] = volume.Id,
            ["file"] = "report.txt",
            ["password_file"] = server.Scratch["password"],
        };
        Runbook page = new(server, Runbook.RestoreWithoutUs);

        await RunAsync("The password, while there is a service");
        await server.KillAsync();
        string told = await RunAsync("What there is");
        Assert.Contains($"backup={backup}", told, StringComparison.Ordinal);
        Assert.Contains($"/{share.Id}/report.txt", told, StringComparison.Ordinal);
        await RunAsync("All of a share");
        TreeComparer.AssertEqual(server.Scratch["second"], Path.Join(variables["target"], share.Id), Whole);
        await RunAsync("A certain backup of it");
        TreeComparer.AssertEqual(server.Scratch["first"], Path.Join(variables["target"], share.Id), Whole);
        await RunAsync("One file");
        Assert.Equal("second\n", await File.ReadAllTextAsync(Path.Join(variables["target"], share.Id, "report.txt")));
        Assert.Equal("second\n", await File.ReadAllTextAsync(Path.Join(variables["target"], "copy")));
        await RunAsync("A volume");
        SparseImage.AssertSame(volume.Image, Path.Join(variables["target"], volume.Id, "volume.raw"));
        Assert.Contains("no errors were found", await RunAsync("Whether all of it is whole"), StringComparison.Ordinal);

        // Each section has a place of its own.
        Task<string> RunAsync(string section)
        {
            variables["target"] = server.Scratch.Make(section);
            return page.RunAsync(section, variables);
        }
    }
}
