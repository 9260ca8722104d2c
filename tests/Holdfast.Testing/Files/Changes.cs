namespace Holdfast.Testing.Files;

/// <summary>
/// Changes about half of a tree as people and programs do: edits, grows, cuts, deletes, renames, changes modes, owners
/// and attributes, puts a directory where a file was and a link where a directory was, and adds what was never there.
/// The same for the same seed and tree.
/// </summary>
public sealed class Changes
{
    private readonly RawPath root;
    private readonly Random random;
    private readonly SortedDictionary<string, int> made = new(StringComparer.Ordinal);

    private Changes(RawPath root, int seed) => (this.root, random) = (root, new Random(seed));

    /// <returns>How often each kind of change was made.</returns>
    public static IReadOnlyDictionary<string, int> Apply(string directory, int seed = 1)
    {
        var changes = new Changes(directory, seed);
        // Children before parents: what is changed first is not gone or elsewhere yet.
        foreach (RawPath path in RawFiles.Walk(directory).AsEnumerable().Reverse())
        {
            if (changes.random.Next(2) == 0)
            {
                changes.Change(directory / path);
            }
        }
        changes.AddExtras();
        return changes.made;
    }

    private void Change(RawPath path)
    {
        FileKind kind = RawFiles.Status(path).Kind;
        int choice = random.Next(kind == FileKind.File ? 10 : 6);
        switch (choice)
        {
            case 0 when kind != FileKind.Directory || random.Next(4) == 0:
                Make("delete", () => RawFiles.Delete(path));
                break;
            case 1 when path.Bytes.Length - path.Bytes.LastIndexOf((byte)'/') < 240:
                Make("rename", () => RawFiles.Rename(path, new RawPath([.. path.Bytes, .. Fresh("-renamed").Bytes])));
                break;
            case 2 when kind != FileKind.Symlink:
                Make("change mode", () => RawFiles.ChangeMode(path, random.Next(0x1000)));
                break;
            case 3 when RawFiles.IsRoot:
                Make(
                    "change owner",
                    () => RawFiles.ChangeOwner(path, (uint)random.Next(70_000), (uint)random.Next(70_000))
                );
                break;
            case 4:
                Make(
                    "change time",
                    () => RawFiles.SetModifyTime(path, new FileTime(random.Next(), random.Next(1_000_000_000)))
                );
                break;
            case 5:
                Replace(path, kind);
                break;
            default:
                ChangeFile(path, kind, choice);
                break;
        }
    }

    private void Replace(RawPath path, FileKind kind)
    {
        if (kind == FileKind.Directory && random.Next(4) == 0)
        {
            Make("put a link for a directory", () => Swap(path, () => RawFiles.Symlink("/etc", path)));
        }
        else if (kind == FileKind.File)
        {
            Make("put a directory for a file", () => Swap(path, () => MakeFilledDirectory(path)));
        }
        else if (kind != FileKind.Directory)
        {
            Make("put a file for another kind", () => Swap(path, () => RawFiles.Write(path, "instead\n")));
        }
    }

    private static void Swap(RawPath path, Action make)
    {
        RawFiles.Delete(path);
        make();
    }

    private static void MakeFilledDirectory(RawPath path)
    {
        RawFiles.MakeDirectory(path);
        RawFiles.Write(path / "extra", "not in any backup\n");
    }

    private void ChangeFile(RawPath path, FileKind kind, int choice)
    {
        if (kind != FileKind.File)
        {
            return;
        }
        switch (choice)
        {
            case 6:
                Make("edit", () => Edit(path, file => file.Position = random.NextInt64(file.Length + 1)));
                break;
            case 7:
                Make("append", () => Edit(path, file => file.Position = file.Length));
                break;
            case 8:
                Make("truncate", () => Edit(path, file => file.SetLength(random.NextInt64(file.Length + 1))));
                break;
            case 9 when RawFiles.Attributes(path).ContainsKey("user.text"):
                Make("remove an attribute", () => RawFiles.RemoveAttribute(path, "user.text"));
                break;
            default:
                Make("add an attribute", () => RawFiles.SetAttribute(path, "user.added", Bytes(random.Next(100))));
                break;
        }
    }

    private void Edit(RawPath path, Action<FileStream> place)
    {
        using FileStream file = RawFiles.OpenWrite(path);
        place(file);
        file.Write(Bytes(random.Next(1, 5000)));
    }

    private void AddExtras()
    {
        Make("add", () => RawFiles.Write(root / Fresh("extra file"), Bytes(100_000)));
        Make("add", () => MakeFilledDirectory(root / Fresh("extra directory")));
        Make("add", () => RawFiles.Symlink("/", root / Fresh("extra link")));
        Make("add", () => RawFiles.MakeNode(root / Fresh("extra fifo"), FileKind.Fifo));
    }

    // A name that no earlier changes have given: they may be applied to one tree again and again.
    private RawPath Fresh(string name) => $"{name} {random.Next()}";

    private void Make(string kind, Action change)
    {
        change();
        made[kind] = made.GetValueOrDefault(kind) + 1;
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
