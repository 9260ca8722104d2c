namespace Holdfast.Cli.Doctor;

/// <summary>Whether a disk has room left.</summary>
internal static class DiskSpace
{
    // Packs on their way, the catalog's journal and a few small shares fit into it, and not much more.
    private const long Little = 1L << 30;

    /// <param name="check">Of which it is a part.</param>
    public static void Look(string check, string directory, Findings findings)
    {
        long free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < Little)
        {
            findings.Warning(
                check,
                $"the disk of {directory} has {Output.Size(free)} left",
                "Free some space: backups and restores fail where there is none."
            );
        }
    }

    /// <summary>The nearest name at or above the path that is there: a directory, if the path can be made.</summary>
    public static string Existing(string path)
    {
        string above = path;
        while (!Path.Exists(above))
        {
            above = Path.GetDirectoryName(above)!;
        }
        return above;
    }
}
