using System.Globalization;
using Xunit;

namespace Holdfast.Testing.Files;

/// <summary>What a comparison leaves out. Everything else must be equal.</summary>
public sealed record TreeComparison
{
    /// <summary>The two roots themselves: their mode, owner, time and attributes.</summary>
    public bool IgnoreRoot { get; init; }

    /// <summary>Sockets: some tools do not restore them.</summary>
    public bool IgnoreSockets { get; init; }

    /// <summary>Also say where one file takes more than twice the disk blocks of the other, a hole filled for example.</summary>
    public bool CompareHoles { get; init; }
}

/// <summary>
/// Compares two trees by raw bytes: existence, type, permissions, owner, size, content, link target, modify time in
/// nanoseconds (directories' and links' too), hard links, device numbers, extended attributes with ACLs.
/// </summary>
public sealed class TreeComparer
{
    private readonly RawPath left;
    private readonly RawPath right;
    private readonly TreeComparison options;
    private readonly byte[] leftContent = new byte[1 << 20];
    private readonly byte[] rightContent = new byte[1 << 20];
    private readonly List<string> differences = [];
    private readonly Dictionary<(ulong, ulong), RawPath> leftInodes = [];
    private readonly Dictionary<(ulong, ulong), RawPath> rightInodes = [];

    private TreeComparer(RawPath left, RawPath right, TreeComparison options) =>
        (this.left, this.right, this.options) = (left, right, options);

    /// <summary>Every difference in words, each beginning with the path; empty when the trees are equal.</summary>
    public static IReadOnlyList<string> Compare(string expected, string actual, TreeComparison? options = null)
    {
        var comparer = new TreeComparer(expected, actual, options ?? new TreeComparison());
        comparer.Run();
        return comparer.differences;
    }

    public static void AssertEqual(string expected, string actual, TreeComparison? options = null)
    {
        IReadOnlyList<string> found = Compare(expected, actual, options);
        if (found.Count > 0)
        {
            string first = string.Join('\n', found.Take(20));
            Assert.Fail($"{found.Count} differences between {expected} and {actual}:\n{first}");
        }
    }

    private void Run()
    {
        if (!options.IgnoreRoot)
        {
            CompareEntry(default);
        }
        var paths = new SortedSet<RawPath>(RawFiles.Walk(left));
        var others = new SortedSet<RawPath>(RawFiles.Walk(right));
        foreach (RawPath path in paths.Union(others).Order())
        {
            if (IsIgnored(path, others.Contains(path) ? right : left))
            {
                continue;
            }
            if (!others.Contains(path))
            {
                Add(path, "is missing");
            }
            else if (!paths.Contains(path))
            {
                Add(path, "is extra");
            }
            else
            {
                CompareEntry(path);
            }
        }
    }

    private bool IsIgnored(RawPath path, RawPath root) =>
        options.IgnoreSockets && RawFiles.Status(root / path).Kind == FileKind.Socket;

    private void CompareEntry(RawPath path)
    {
        RawPath leftPath = left / path;
        RawPath rightPath = right / path;
        FileStatus expected = RawFiles.Status(leftPath);
        FileStatus actual = RawFiles.Status(rightPath);
        if (expected.Kind != actual.Kind)
        {
            Add(path, "type", expected.Kind, actual.Kind);
            return;
        }
        Add(path, "mode", Octal(expected.Permissions), Octal(actual.Permissions));
        Add(path, "owner", (expected.Uid, expected.Gid), (actual.Uid, actual.Gid));
        Add(path, "modify time", Text(expected.ModifyTime), Text(actual.ModifyTime));
        CompareByKind(path, expected, actual);
        CompareLinks(path, expected, actual);
        CompareAttributes(path, RawFiles.Attributes(leftPath), RawFiles.Attributes(rightPath));
    }

    private void CompareByKind(RawPath path, FileStatus expected, FileStatus actual)
    {
        switch (expected.Kind)
        {
            case FileKind.File when expected.Size != actual.Size:
                Add(path, "size", expected.Size, actual.Size);
                break;
            case FileKind.File:
                CompareContent(path);
                CompareHoles(path, expected.Blocks, actual.Blocks);
                break;
            case FileKind.Symlink:
                RawPath target = RawFiles.ReadLink(left / path);
                Add(path, "link target", target, RawFiles.ReadLink(right / path));
                break;
            case FileKind.BlockDevice or FileKind.CharDevice:
                var device = (expected.SpecialMajor, expected.SpecialMinor);
                Add(path, "device", device, (actual.SpecialMajor, actual.SpecialMinor));
                break;
            default:
                break;
        }
    }

    private void CompareContent(RawPath path)
    {
        (byte[] expected, byte[] actual) = (leftContent, rightContent);
        using FileStream leftFile = RawFiles.OpenRead(left / path);
        using FileStream rightFile = RawFiles.OpenRead(right / path);
        for (long offset = 0; ; offset += expected.Length)
        {
            int length = leftFile.ReadAtLeast(expected, expected.Length, throwOnEndOfStream: false);
            int other = rightFile.ReadAtLeast(actual, actual.Length, throwOnEndOfStream: false);
            int same = expected.AsSpan(0, length).CommonPrefixLength(actual.AsSpan(0, other));
            if (same < Math.Max(length, other))
            {
                Add(path, $"content differs from byte {offset + same}");
                return;
            }
            if (length < expected.Length)
            {
                return;
            }
        }
    }

    // File systems differ in bookkeeping of a few blocks; a filled hole is far more than that.
    private void CompareHoles(RawPath path, long expected, long actual)
    {
        const long slack = 64;
        if (options.CompareHoles && (expected > (2 * actual) + slack || actual > (2 * expected) + slack))
        {
            Add(path, "disk blocks", expected, actual);
        }
    }

    // Two names of one file must be two names of one file on the other side: each is known by the first name met.
    private void CompareLinks(RawPath path, FileStatus expected, FileStatus actual)
    {
        if (expected.Kind != FileKind.Directory)
        {
            Add(path, "hard link to", FirstName(leftInodes, path, expected), FirstName(rightInodes, path, actual));
        }
    }

    private static RawPath FirstName(Dictionary<(ulong, ulong), RawPath> inodes, RawPath path, FileStatus status)
    {
        var key = (status.Device, status.Inode);
        return inodes.TryAdd(key, path) ? path : inodes[key];
    }

    private void CompareAttributes(
        RawPath path,
        SortedDictionary<string, byte[]> expected,
        SortedDictionary<string, byte[]> actual
    )
    {
        foreach (string name in expected.Keys.Union(actual.Keys))
        {
            string value = expected.TryGetValue(name, out byte[]? bytes) ? Convert.ToHexStringLower(bytes) : "none";
            string other = actual.TryGetValue(name, out bytes) ? Convert.ToHexStringLower(bytes) : "none";
            Add(path, $"attribute {name}", value, other);
        }
    }

    private static string Text(FileTime time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}s and {time.Nanoseconds}ns");

    private static string Octal(int permissions) => Convert.ToString(permissions, 8).PadLeft(4, '0');

    private void Add<T>(RawPath path, string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            Add(path, string.Create(CultureInfo.InvariantCulture, $"{what} is {actual}, expected {expected}"));
        }
    }

    private void Add(RawPath path, string what) => differences.Add($"{(path == default ? "." : path)}: {what}");
}
