using Holdfast.Core.Sources;
using Holdfast.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether each root of shares and of volumes is there, is that root, and can be written in; and drills are apart from them.</summary>
internal static class RootChecks
{
    /// <param name="hasCatalog">Whether there is a catalog that may know the roots.</param>
    public static async Task RunAsync(
        IServiceProvider services,
        bool hasCatalog,
        Findings findings,
        CancellationToken stop
    )
    {
        Roots roots;
        try
        {
            roots = services.GetRequiredService<Roots>();
        }
        catch (EngineError error)
        {
            findings.Mistake("roots", error);
            return;
        }
        try
        {
            _ = services.GetRequiredService<ScratchPlace>();
        }
        catch (EngineError error)
        {
            findings.Mistake("drills", error);
        }
        KnownRoots known = services.GetRequiredService<KnownRoots>();
        await findings.TryAsync(
            "roots",
            async () =>
            {
                foreach (RootLook look in await known.LookAsync(hasCatalog, stop))
                {
                    Judge(look, roots.IsOwn(look.Root), hasCatalog, findings);
                }
            }
        );
    }

    private static void Judge(RootLook look, bool own, bool hasCatalog, Findings findings)
    {
        string check = RootName.Describe(look.Root.Name);
        string path = look.Root.Path;
        if (look.Why is { } why)
        {
            findings.Mistake(check, why, $"Mount or make {path}, for the service's user.");
        }
        else if (!look.IsThere && own && !look.IsKnown)
        {
            findings.Ok(check, $"{path} is not there yet; the first start makes it");
        }
        else if (!look.IsThere)
        {
            findings.Mistake(check, $"there is no directory {path}", "Mount or make it, for the service's user.");
        }
        else if (!look.IsWritable && !Roots.IsOfDevices(look.Root))
        {
            findings.Mistake(
                check,
                $"{Environment.UserName} may not write in {path}",
                "Give it to the service's user; mount it for writing."
            );
        }
        else if (hasCatalog && !look.IsKnown && look.Marker is not null)
        {
            findings.Warning(
                check,
                $"{path} was marked as a root before, and this catalog does not know it: the next start takes it",
                "If it is another installation's, give this one a directory of its own."
            );
        }
        else
        {
            findings.Ok(check, $"{path}, {Kind(look)}");
        }
        if (look.IsThere && look.Why is null && !Roots.IsOfDevices(look.Root))
        {
            DiskSpace.Look(check, path, findings);
        }
    }

    private static string Kind(RootLook look)
    {
        if (Roots.IsOfDevices(look.Root))
        {
            return "a directory of devices";
        }
        if (look.IsOnBtrfs)
        {
            return "on btrfs: backups are taken of snapshots";
        }
        string format = new DriveInfo(look.Root.Path).DriveFormat;
        return format == "xfs"
            ? "on xfs: files are read while they live, images are cloned where it was made with reflinks"
            : $"on {format}: files and images are read while they live";
    }
}
