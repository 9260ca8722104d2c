using System.Text;

namespace Holdfast.Testing.Files;

/// <summary>
/// A directory that holds one of everything a POSIX tree can: the same for the same seed. Device nodes, owners and
/// trusted attributes only as root. About 80 MiB of apparent size and 650 entries.
/// </summary>
public sealed class NastyTree
{
    private const int Kibi = 1024;
    private const int Mebi = 1024 * 1024;

    private readonly RawPath root;
    private readonly Random random;

    private NastyTree(RawPath root, int seed) => (this.root, random) = (root, new Random(seed));

    /// <summary>Fills <paramref name="directory"/>, which must exist.</summary>
    public static void Build(string directory, int seed = 1)
    {
        var tree = new NastyTree(directory, seed);
        tree.MakeNames();
        tree.MakeSizes();
        tree.MakeSparse();
        tree.MakeLinks();
        tree.MakeSpecial();
        tree.MakeModes();
        tree.MakeOwners();
        tree.MakeAttributes();
        tree.MakeDirectories();
        tree.MakeTimes();
    }

    private void MakeNames()
    {
        RawPath files = Folder("names");
        RawPath folders = Folder("named-directories");
        foreach (RawPath name in Names())
        {
            RawFiles.Write(files / name, $"the file {name}\n");
            RawFiles.MakeDirectory(folders / name);
            RawFiles.Write(folders / name / "inside", $"in {name}\n");
        }
    }

    private static IEnumerable<RawPath> Names()
    {
        // csharpier-ignore
        string[] text =
        [
            "plain", "a", "A", ".hidden", "...", " leading space", "trailing space ", "two  spaces", "-rf", "--", "~",
            "$HOME", "`id`", "$(id)", "*", "?", "[a-z]", "semi;colon", "pipe|", "amp&", "<&>", "&amp;", "quote\"d",
            "single'quote", "back\\slash", "\\x41", "%2F", "new\nline", "\n", "return\r", "tab\t", "bell\a", "\u0001",
            "\u007f", "colon:", "comma,", "line\u2028separator", "paragraph\u2029", "\u00e9", "e\u0301",
            "\u202eright to left", "\U0001f4be", "\ufeffmark", "\ufffd", new string('n', 255), new string('\u00e9', 127),
        ]; // csharpier-ignore
        byte[][] bytes =
        [
            [0xff, 0xfe],
            [0xc0, 0xaf],
            [0xed, 0xa0, 0x80],
            [0x80],
            [.. "caf"u8, 0xe9],
            [.. "half an emoji "u8, 0xf0, 0x9f],
            [.. Enumerable.Repeat((byte)0xff, 255)],
        ];
        return text.Select(name => (RawPath)name).Concat(bytes.Select(name => (RawPath)name));
    }

    // Around every bound of chunks, pages and blocks; random bytes cannot be compressed, zeros are cut at the largest chunk.
    private void MakeSizes()
    {
        RawPath folder = Folder("sizes");
        int[] bounds = [512, 4 * Kibi, 64 * Kibi, 512 * Kibi, Mebi, 8 * Mebi];
        foreach (int size in bounds.SelectMany(bound => new[] { bound - 1, bound, bound + 1 }).Prepend(1))
        {
            RawFiles.Write(folder / $"random-{size}", Bytes(size));
        }
        RawFiles.Write(folder / "empty", "");
        RawFiles.Write(folder / "zeros", new byte[(8 * Mebi) + 1]);
        RawFiles.Write(folder / "text", string.Concat(Enumerable.Repeat("the same line again\n", 100_000)));
        byte[] big = Bytes(20 * Mebi);
        RawFiles.Write(folder / "big", big);
        RawFiles.Write(folder / "big-shifted", [.. "one more head"u8, .. big.AsSpan(0, 4 * Mebi)]);
    }

    private void MakeSparse()
    {
        RawPath folder = Folder("sparse");
        Sparse(folder / "all-hole", 3 * Mebi);
        Sparse(folder / "hole-first", 3 * Mebi, (2 * Mebi) + 17);
        Sparse(folder / "hole-last", 3 * Mebi, 0);
        Sparse(folder / "holes-between", 9 * Mebi, 0, 3 * Mebi, (6 * Mebi) + 1, (9 * Mebi) - 5000);
    }

    private void Sparse(RawPath path, long size, params long[] writtenAt)
    {
        using FileStream file = RawFiles.Create(path);
        file.SetLength(size);
        foreach (long offset in writtenAt)
        {
            file.Position = offset;
            file.Write(Bytes(4096));
        }
    }

    private void MakeLinks()
    {
        RawPath folder = Folder("links");
        RawFiles.Write(folder / "target", "linked to\n");
        (string Name, RawPath Target)[] links =
        [
            ("relative", "target"),
            ("dangling", "nowhere/at/all"),
            ("absolute", "/etc/hostname"),
            ("up", "../.."),
            ("itself", "itself"),
            ("newline", "a\nb"),
            ("not-utf8", new byte[] { 0xff, 0xfe, (byte)'/', 0x80 }),
            ("long", new string('t', 4000)),
            ("to-directory", "../names"),
        ];
        foreach ((string name, RawPath target) in links)
        {
            RawFiles.Symlink(target, folder / name);
        }
        RawPath other = Folder("hard-links");
        RawFiles.Write(folder / "twin", "one file, three names\n");
        RawFiles.Link(folder / "twin", folder / "twin-beside");
        RawFiles.Link(folder / "twin", other / "twin-elsewhere");
        RawFiles.Write(other / "empty-twin", "");
        RawFiles.Link(other / "empty-twin", other / "empty-twin-2");
        RawFiles.Write(other / "big-twin", Bytes(2 * Mebi));
        RawFiles.Link(other / "big-twin", other / "a-name-that-sorts-first");
    }

    private void MakeSpecial()
    {
        RawPath folder = Folder("special");
        RawFiles.MakeNode(folder / "fifo", FileKind.Fifo);
        RawFiles.MakeNode(folder / "socket", FileKind.Socket);
        if (RawFiles.IsRoot)
        {
            RawFiles.MakeNode(folder / "null", FileKind.CharDevice, 1, 3);
            RawFiles.MakeNode(folder / "far-character-device", FileKind.CharDevice, 511, 1_048_575);
            RawFiles.MakeNode(folder / "loop", FileKind.BlockDevice, 7, 200);
        }
    }

    private void MakeModes()
    {
        RawPath folder = Folder("modes");
        int[] modes = [0x0, 0x100, 0x1ff, 0x1a4, 0x9ed, 0x5ed, 0xdc9, 0x3ff, 0xfff];
        foreach (int mode in modes)
        {
            RawPath file = folder / $"file-{Convert.ToString(mode, 8)}";
            RawPath directory = folder / $"directory-{Convert.ToString(mode, 8)}";
            RawFiles.Write(file, "mode\n");
            RawFiles.MakeDirectory(directory);
            RawFiles.ChangeMode(file, mode);
            RawFiles.ChangeMode(directory, mode);
        }
    }

    private void MakeOwners()
    {
        if (!RawFiles.IsRoot)
        {
            return;
        }
        RawPath folder = Folder("owners");
        (uint Uid, uint Gid)[] owners =
        [
            (1000, 1000),
            (12345, 54321),
            (65534, 65534),
            (0xffff_fffe, 0xffff_fffe),
            (0, 7),
        ];
        foreach ((uint uid, uint gid) in owners)
        {
            RawFiles.Write(folder / $"file-{uid}", "owned\n");
            RawFiles.MakeDirectory(folder / $"directory-{uid}");
            RawFiles.Symlink("anything", folder / $"link-{uid}");
            foreach (string kind in (string[])["file", "directory", "link"])
            {
                RawFiles.ChangeOwner(folder / $"{kind}-{uid}", uid, gid);
            }
            // A change of owner takes set-id bits away, so they are put on last, and so must a restore.
            RawFiles.ChangeMode(folder / $"file-{uid}", 0xded);
        }
    }

    private void MakeAttributes()
    {
        RawPath folder = Folder("attributes");
        RawFiles.Write(folder / "file", "attributes\n");
        RawFiles.MakeDirectory(folder / "directory");
        foreach (RawPath path in (RawPath[])[folder / "file", folder / "directory"])
        {
            RawFiles.SetAttribute(path, "user.empty", []);
            RawFiles.SetAttribute(path, "user.text", "value"u8);
            RawFiles.SetAttribute(path, "user.binary", [0, 1, 2, 0xff, 0]);
            RawFiles.SetAttribute(path, "user.long", Bytes(1500));
            RawFiles.SetAttribute(path, "user.n\u00e4me with space", "x"u8);
        }
        RawFiles.Write(folder / "access-list", "for some\n");
        RawFiles.SetAttribute(folder / "access-list", "system.posix_acl_access", AccessList(1234));
        RawFiles.SetAttribute(folder / "directory", "system.posix_acl_access", AccessList(4321));
        RawFiles.SetAttribute(folder / "directory", "system.posix_acl_default", AccessList(99));
        RawFiles.Write(folder / "directory" / "heir", "its list is inherited\n");
        if (RawFiles.IsRoot)
        {
            MakeTrustedAttributes(folder);
        }
    }

    private static void MakeTrustedAttributes(RawPath folder)
    {
        RawFiles.SetAttribute(folder / "file", "trusted.secret", [1, 0, 2]);
        RawFiles.SetAttribute(folder / "directory", "trusted.empty", []);
        RawFiles.Symlink("target", folder / "link");
        RawFiles.SetAttribute(folder / "link", "trusted.of-a-link", "yes"u8);
        RawFiles.Write(folder / "capable", "may bind low ports\n");
        // VFS_CAP_REVISION_2 with cap_net_bind_service permitted and effective.
        byte[] capability = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        RawFiles.SetAttribute(folder / "capable", "security.capability", capability);
    }

    // The kernel's form: version 2, then tag, permissions and id of owner, a named user, group, mask and others.
    private static byte[] AccessList(uint user)
    {
        (ushort Tag, ushort Permissions, uint Id)[] entries =
        [
            (0x01, 7, uint.MaxValue),
            (0x02, 5, user),
            (0x04, 5, uint.MaxValue),
            (0x10, 5, uint.MaxValue),
            (0x20, 0, uint.MaxValue),
        ];
        using var list = new MemoryStream();
        using var writer = new BinaryWriter(list, Encoding.UTF8);
        writer.Write(2u);
        foreach ((ushort tag, ushort permissions, uint id) in entries)
        {
            writer.Write(tag);
            writer.Write(permissions);
            writer.Write(id);
        }
        return list.ToArray();
    }

    private void MakeDirectories()
    {
        RawFiles.MakeDirectory(Folder("empty") / "still-empty");
        RawPath wide = Folder("wide");
        for (int i = 0; i < 300; i++)
        {
            RawFiles.Write(wide / $"file-{i:d4}", Bytes(random.Next(3000)));
            if (i % 3 == 0)
            {
                RawFiles.SetAttribute(wide / $"file-{i:d4}", "user.text", "third"u8);
            }
        }
        RawPath deep = Folder("deep");
        for (int level = 0; level < 90; level++)
        {
            deep /= $"a-directory-at-level-{level}";
            RawFiles.MakeDirectory(deep);
        }
        RawFiles.Write(deep / "bottom", "here\n");
    }

    // Last, and children before parents: every change inside a directory moves its time.
    private void MakeTimes()
    {
        RawPath folder = Folder("times");
        (string Name, FileTime Time)[] times =
        [
            ("epoch", new FileTime(0, 0)),
            ("one-nanosecond", new FileTime(0, 1)),
            ("before-1970", new FileTime(-1, 999_999_999)),
            ("1901", new FileTime(-2_147_483_648, 123_456_789)),
            ("2038", new FileTime(2_147_483_648, 1)),
            ("2200", new FileTime(7_258_118_400, 987_654_321)),
            ("round", new FileTime(1_700_000_000, 0)),
        ];
        foreach ((string name, FileTime time) in times)
        {
            RawFiles.Write(folder / name, "when\n");
            RawFiles.Symlink("when", folder / $"link-{name}");
            RawFiles.MakeDirectory(folder / $"directory-{name}");
            foreach (string prefix in (string[])["", "link-", "directory-"])
            {
                RawFiles.SetModifyTime(folder / $"{prefix}{name}", time);
            }
        }
        foreach (RawPath path in RawFiles.Walk(root).Where(path => !path.StartsWith("times")).Reverse())
        {
            RawFiles.SetModifyTime(
                root / path,
                new FileTime(random.NextInt64(1_000_000_000, 1_800_000_000), random.Next(1_000_000_000))
            );
        }
    }

    private RawPath Folder(string name)
    {
        RawFiles.MakeDirectory(root / name);
        return root / name;
    }

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
