namespace Holdfast.Core.Access.Policies;

/// <summary>How the policy files stood at one moment.</summary>
internal sealed record PolicyFilesLook((string Path, FileStamp Stamp)[] Files, FileStamp? Directory)
{
    /// <summary>The last change that can be seen.</summary>
    public DateTimeOffset Changed =>
        Files.Select(one => one.Stamp.Changed).Append(Directory?.Changed ?? DateTimeOffset.MinValue).Max();

    public bool Equals(PolicyFilesLook? other) =>
        other is not null && Directory == other.Directory && Files.AsSpan().SequenceEqual(other.Files);

    public override int GetHashCode() => HashCode.Combine(Files.Length, Directory);
}
