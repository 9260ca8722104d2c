using Holdfast.Engine.Trees;

namespace Holdfast.Cli.Repo;

/// <summary>An entry's type and mode in words.</summary>
internal static class NodeMode
{
    /// <summary>The flags of Go's os.FileMode, which the format stores, from bit 31 down: d is a directory, L a link, u set-uid.</summary>
    private const string Flags = "dalTLDpSugct?";

    /// <summary>As restic writes it: a letter for each flag, or a dash for none, then the permissions.</summary>
    public static string Text(uint mode)
    {
        string flags = string.Concat(Flags.Where((_, i) => (mode >> (31 - i) & 1) != 0));
        string permissions = string.Concat(
            "rwxrwxrwx".Select((letter, i) => (mode >> (8 - i) & 1) != 0 ? letter : '-')
        );
        return (flags.Length == 0 ? "-" : flags) + permissions;
    }

    public static string TypeName(NodeType type) => type.ToString().ToLowerInvariant();
}
