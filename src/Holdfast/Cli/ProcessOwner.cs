using System.Globalization;

namespace Holdfast.Cli;

/// <summary>Whose process this is, as the kernel says.</summary>
internal static class ProcessOwner
{
    /// <returns>Effective user and group id.</returns>
    public static (uint Uid, uint Gid) Read()
    {
        string[] lines = File.ReadAllLines("/proc/self/status");
        return (Effective(lines, "Uid:"), Effective(lines, "Gid:"));
    }

    // "Uid:" real, effective, saved and file-system id, separated by tabs.
    private static uint Effective(string[] lines, string field) =>
        uint.Parse(
            lines.First(line => line.StartsWith(field, StringComparison.Ordinal)).Split('\t')[2],
            CultureInfo.InvariantCulture
        );
}
