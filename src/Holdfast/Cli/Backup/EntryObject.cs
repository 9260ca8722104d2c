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
            Name + (IsDirectory ? "/" : "") + (LinkTarget is null ? "" : $" -> {LinkTarget}"),
        ];
}

/// <summary>An entry and, of a directory, a part of what is in it.</summary>
internal sealed record LookObject(EntryObject Entry, IReadOnlyList<EntryObject>? Entries, string? NextCursor);
