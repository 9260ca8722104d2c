using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Files;

public sealed class DirectoryHandleTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private readonly DirectoryHandle directory;

    public DirectoryHandleTests() => directory = DirectoryHandle.Open(temporary.Path);

    public void Dispose()
    {
        directory.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public void Lists_raw_names_in_byte_order()
    {
        byte[][] names =
        [
            [0xff, 0xfe],
            "b"u8.ToArray(),
            "B"u8.ToArray(),
            "new\nline"u8.ToArray(),
            [0x80],
            "-"u8.ToArray(),
        ];
        foreach (byte[] name in names)
        {
            RawFiles.Write((RawPath)temporary.Path / name, "x");
        }
        List<DirectoryEntry> entries = [];
        Assert.Equal(Errno.None, directory.TryReadEntries(entries));
        Assert.Equal(names.Order(ByBytes).ToArray(), entries.Select(entry => entry.Name).ToArray());
        Assert.All(entries, entry => Assert.Equal(FileType.Regular, entry.Type));
    }

    [Fact]
    public void A_name_that_is_listed_twice_is_kept_once()
    {
        DirectoryEntry[] listed = [.. "zcabacca".Select(name => new DirectoryEntry([(byte)name], FileType.Regular))];
        List<DirectoryEntry> entries = [.. listed];
        DirectoryHandle.SortDistinct(entries, first: 1);
        Assert.Equal("zabc", string.Concat(entries.Select(entry => (char)entry.Name[0])));
    }

    [Fact]
    public void Lists_more_names_than_one_call_of_the_kernel_returns()
    {
        string[] names = [.. Enumerable.Range(0, 3000).Select(number => $"{number:d200}")];
        foreach (string name in names)
        {
            RawFiles.MakeDirectory((RawPath)temporary.Path / name);
        }
        List<DirectoryEntry> entries = [];
        Assert.Equal(Errno.None, directory.TryReadEntries(entries));
        Assert.Equal(names, entries.Select(entry => System.Text.Encoding.ASCII.GetString(entry.Name)));
        Assert.All(entries, entry => Assert.Equal(FileType.Directory, entry.Type));
        Assert.Equal(Errno.None, directory.TryReadEntries(entries));
        Assert.Equal(2 * names.Length, entries.Count);
    }

    [Fact]
    public void Status_has_what_stat_says()
    {
        RawPath path = (RawPath)temporary.Path / "file";
        RawFiles.Write(path, "12345");
        RawFiles.ChangeMode(path, 0xded);
        RawFiles.SetModifyTime(path, new FileTime(-1, 999_999_999));
        Assert.Equal(Errno.None, directory.TryStat("file"u8, out Holdfast.Engine.Files.FileStatus status));
        Assert.Equal(FileType.Regular, status.Type);
        Assert.Equal(0x8ded, status.Mode);
        Assert.Equal(5, status.Size);
        Assert.Equal(1u, status.Links);
        Assert.Equal(new UnixTime(-1, 999_999_999), status.ModifyTime);
        Assert.False(status.IsMountRoot);
        var expected = RawFiles.Status(path);
        Assert.Equal(expected.Inode, status.Inode);
        Assert.Equal(expected.Device, status.Device);
    }

    [Fact]
    public void An_entry_that_is_not_there_is_said_to_be_so()
    {
        Assert.Equal(Errno.ENOENT, directory.TryStat("none"u8, out _));
        Assert.Equal(Errno.ENOENT, directory.TryOpenFile("none"u8, out FileHandle? file));
        Assert.Null(file);
        Assert.Equal(Errno.ENOENT, directory.TryOpenDirectory("none"u8, out DirectoryHandle? child));
        Assert.Null(child);
    }

    [Fact]
    public void A_directory_of_the_operators_that_cannot_be_opened_is_an_error_with_advice()
    {
        EngineError error = Assert.Throws<EngineError>(() => DirectoryHandle.Open(temporary["none"]));
        Assert.Equal(EngineErrorKind.Files, error.Kind);
        Assert.False(error.Temporary);
        Assert.NotNull(error.Advice);
        Assert.Contains(temporary["none"], error.Message);
    }

    [Fact]
    public void Neither_links_nor_paths_nor_parents_lead_out()
    {
        RawPath root = temporary.Path;
        RawFiles.Symlink("/etc", root / "out");
        RawFiles.Symlink("/etc/hostname", root / "file");
        RawFiles.Symlink("/proc/self/root", root / "magic");
        Assert.Equal(Errno.ENOTDIR, directory.TryOpenDirectory("out"u8, out _));
        Assert.Equal(Errno.ELOOP, directory.TryOpenFile("file"u8, out _));
        Assert.Equal(Errno.ELOOP, directory.TryOpenFile("out/hostname"u8, out _));
        Assert.Equal(Errno.ELOOP, directory.TryOpenBeneath("magic/etc"u8, out _));
        Assert.Equal(Errno.EXDEV, directory.TryOpenDirectory(".."u8, out _));
        Assert.Equal(Errno.EXDEV, directory.TryOpenFile("/etc/hostname"u8, out _));
    }

    [Fact]
    public void A_status_is_of_the_link_itself()
    {
        RawFiles.Symlink(new byte[] { 0xff, (byte)'/' }, (RawPath)temporary.Path / "link");
        Assert.Equal(Errno.None, directory.TryStat("link"u8, out Holdfast.Engine.Files.FileStatus status));
        Assert.Equal(FileType.Symlink, status.Type);
        Assert.Equal(Errno.None, directory.TryReadLink("link"u8, out byte[] target));
        Assert.Equal(new byte[] { 0xff, (byte)'/' }, target);
    }

    [Fact]
    public void Another_mount_is_not_entered()
    {
        using DirectoryHandle root = DirectoryHandle.Open("/");
        Assert.Equal(Errno.EXDEV, root.TryOpenDirectory("proc"u8, out _));
        Assert.Equal(Errno.None, root.TryStat("proc"u8, out Holdfast.Engine.Files.FileStatus status));
        Assert.True(status.IsMountRoot);
    }

    [Fact]
    public async Task Opening_a_fifo_waits_for_nobody()
    {
        RawFiles.MakeNode((RawPath)temporary.Path / "fifo", FileKind.Fifo);
        Task<Errno> opened = Task.Run(() =>
        {
            Errno errno = directory.TryOpenFile("fifo"u8, out FileHandle? fifo);
            using (fifo)
            {
                Assert.Equal(Errno.None, fifo!.TryStat(out Holdfast.Engine.Files.FileStatus status));
                Assert.Equal(FileType.Fifo, status.Type);
            }
            return errno;
        });
        Assert.Equal(Errno.None, await opened.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(5000)]
    public void A_path_longer_than_the_kernel_takes_leads_to_its_end(int depth)
    {
        RawFiles.MakeDeep(temporary.Path, "d", depth);
        byte[] path = string.Join('/', Enumerable.Repeat("d", depth)).Select(letter => (byte)letter).ToArray();
        Assert.Equal(Errno.None, directory.TryOpenBeneath(path, out DirectoryHandle? bottom));
        using (bottom)
        {
            List<DirectoryEntry> entries = [];
            Assert.Equal(Errno.None, bottom!.TryReadEntries(entries));
            Assert.Empty(entries);
        }
        Assert.Equal(Errno.ENOENT, directory.TryOpenBeneath([.. path, .. path.Length == 0 ? "d"u8 : "/d"u8], out _));
    }

    [Fact]
    public void A_path_of_the_longest_names_is_broken_between_names()
    {
        RawFiles.MakeDeep(temporary.Path, new string('n', 255), 40);
        string path = string.Join('/', Enumerable.Repeat(new string('n', 255), 40));
        Errno errno = directory.TryOpenBeneath(System.Text.Encoding.ASCII.GetBytes(path), out DirectoryHandle? bottom);
        bottom?.Dispose();
        Assert.Equal(Errno.None, errno);
    }

    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create(
        (left, right) => left.AsSpan().SequenceCompareTo(right)
    );
}
