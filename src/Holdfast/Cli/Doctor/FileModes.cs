namespace Holdfast.Cli.Doctor;

/// <summary>Who may read what holds secrets.</summary>
internal static class FileModes
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Whether anybody but its owner may read or write it. False where there is no such file.</summary>
    public static bool IsOpenToOthers(string path) =>
        Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None;
}
