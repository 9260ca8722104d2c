namespace Holdfast.Cli.Backup;

/// <summary>An entry of a backup as the native API has it (docs/api/native.md), and as <c>--json</c> shows it.</summary>
/// <param name="Path">Percent-encoded.</param>
internal sealed record EntryObject(
    string Name,
    string Path,
    string Type,
    long? Size,
    string Mode,
    uint Uid,
    uint Gid,
    string User,
    string Group,
    ulong Links,
    string? LinkTarget,
    DateTimeOffset? ModifiedAt
)
{
    public static readonly string[] Headings = ["Mode", "User", "Group", "Size", "Modified", "Name"];

    public bool IsDirectory => Type == "dir";

    public IReadOnlyList<string> Row() =>
        [
            Mode,
            User.Length == 0 ? $"{Uid}" : User,
            Group.Length == 0 ? $"{Gid}" : Group,
            Size is { } bytes ? Output.Size(bytes) : Type,
            ModifiedAt is { } time ? Output.Time(time) : "",
            Shown(Name) + (IsDirectory ? "/" : "") + (LinkTarget is null ? "" : $" -> {Shown(LinkTarget)}"),
        ];

    /// <summary>Whoever chose the name is not to command the terminal.</summary>
    public static string Shown(string name) =>
        string.Concat(name.Select(one => char.IsControl(one) ? $"\\x{(int)one:X2}" : $"{one}"));
}

/// <summary>An entry and, of a directory, a part of what is in it.</summary>
internal sealed record LookObject(EntryObject Entry, IReadOnlyList<EntryObject>? Entries, string? NextCursor);
