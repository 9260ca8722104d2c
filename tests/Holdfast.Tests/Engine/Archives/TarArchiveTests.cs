using System.Formats.Tar;
using System.Text;
using Holdfast.Engine.Archives;
using Holdfast.Engine.Backup;
using Holdfast.Engine.Browse;
using Holdfast.Engine.Trees;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Engine.Backup;
using Xunit;

namespace Holdfast.Tests.Engine.Archives;

/// <summary>What a header says, as another's reader reads it. Whole trees come back in BackupFileTests.</summary>
public sealed class TarArchiveTests
{
    private static readonly Node Plain = new()
    {
        Name = "name"u8.ToArray(),
        Type = NodeType.Fifo,
        Mode = GoFileMode.FromUnix(0x1000 | 0x1A4),
        ModifyTime = new UnixTime(1_700_000_000, 0),
        Uid = 1000,
        Gid = 100,
        User = "user",
        Group = "group",
        Links = 1,
    };

    [Fact]
    public async Task What_fits_needs_no_extended_header()
    {
        PaxTarEntry entry = await ReadAsync(Plain);
        Assert.Equal((TarEntryType.Fifo, "name"), (entry.EntryType, entry.Name));
        Assert.Equal((1000, 100, "user", "group"), (entry.Uid, entry.Gid, entry.UserName, entry.GroupName));
        Assert.Equal((UnixFileMode)0x1A4, entry.Mode);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), entry.ModificationTime);
        Assert.Equal(512, TarHeader.Of("name"u8, Plain, 0, null)!.Length);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1_700_000_000, 123_456_700)]
    [InlineData(-1, 999_999_900)]
    [InlineData(-5_000_000_000, 0)]
    [InlineData(20_000_000_000, 100)]
    public async Task Any_time_is_kept(long seconds, int nanoseconds)
    {
        PaxTarEntry entry = await ReadAsync(Plain with { ModifyTime = new UnixTime(seconds, nanoseconds) });
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100), entry.ModificationTime);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(986)]
    [InlineData(987)]
    [InlineData(4000)]
    public async Task A_name_of_any_length_is_kept(int length)
    {
        byte[] name = Encoding.ASCII.GetBytes(new string('n', length));
        Assert.Equal(Encoding.ASCII.GetString(name), (await ReadAsync(Plain, name)).Name);
    }

    [Fact]
    public async Task Owners_links_and_attributes_beyond_the_old_header_are_kept()
    {
        Node node = Plain with
        {
            Type = NodeType.Symlink,
            Uid = 2_000_000_000,
            Gid = 3_000_000,
            User = new string('u', 40),
            Group = "gr\u00fcppe",
            LinkTarget = Encoding.UTF8.GetBytes(new string('t', 150)),
            ExtendedAttributes = [new ExtendedAttribute("user.key"u8.ToArray(), "value=2"u8.ToArray())],
        };
        PaxTarEntry entry = await ReadAsync(node);
        Assert.Equal((TarEntryType.SymbolicLink, new string('t', 150)), (entry.EntryType, entry.LinkName));
        Assert.Equal(
            ("2000000000", "3000000", new string('u', 40), "gr\u00fcppe", "value=2"),
            (
                entry.ExtendedAttributes["uid"],
                entry.ExtendedAttributes["gid"],
                entry.ExtendedAttributes["uname"],
                entry.ExtendedAttributes["gname"],
                entry.ExtendedAttributes["SCHILY.xattr.user.key"]
            )
        );
    }

    [Fact]
    public async Task A_device_has_its_numbers()
    {
        // makedev(0x123, 0x45678)
        Node node = Plain with
        {
            Type = NodeType.CharDev,
            Device = 0x4561_2378,
        };
        PaxTarEntry entry = await ReadAsync(node);
        Assert.Equal(
            (TarEntryType.CharacterDevice, 0x123, 0x45678),
            (entry.EntryType, entry.DeviceMajor, entry.DeviceMinor)
        );
    }

    [Fact]
    public void The_size_of_a_huge_file_is_in_the_extended_header()
    {
        Node file = Plain with { Type = NodeType.File };
        string header = Encoding.ASCII.GetString(TarHeader.Of("file"u8, file, 1L << 40, null)!);
        Assert.Contains("22 size=1099511627776\n", header, StringComparison.Ordinal);
        Assert.Equal(3 * TarHeader.Block, header.Length);
    }

    [Fact]
    public async Task A_number_that_was_used_again_makes_no_other_file_a_link()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["a"], "removed during the walk");
        RawFiles.Write(scene["b"], "got its number");
        BackupReport report = await scene.RunAsync();
        Node first = await scene.FindAsync(report, "a") with { Links = 2, DeviceId = 1, Inode = 7 };
        Node other = await scene.FindAsync(report, "b") with { Links = 2, DeviceId = 1, Inode = 7 };
        using MemoryStream tar = await WriteAsync(
            scene,
            new BrowseEntry("/a"u8.ToArray(), first),
            new BrowseEntry("/b"u8.ToArray(), other),
            new BrowseEntry("/c"u8.ToArray(), first)
        );
        await using TarReader reader = new(tar);
        List<(string, string)> found = [];
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using StreamReader? text = entry.DataStream is { } data ? new(data) : null;
            found.Add((entry.Name, text is null ? "link to " + entry.LinkName : await text.ReadToEndAsync()));
        }
        Assert.Equal([("a", "removed during the walk"), ("b", "got its number"), ("c", "link to a")], found);
    }

    [Fact]
    public async Task Attributes_come_back_whatever_their_names_hold()
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        RawFiles.Write(scene["file"], "");
        foreach (string name in new[] { "user.a=b", "user.a", "user.%", "user.%3D", "user.=%25=" })
        {
            RawFiles.SetAttribute(scene["file"], name, Encoding.UTF8.GetBytes("of " + name));
        }
        Node file = await scene.FindAsync(await scene.RunAsync(), "file");
        using MemoryStream tar = await WriteAsync(scene, new BrowseEntry("/file"u8.ToArray(), file));
        string into = scene.Beside("into");
        string archive = Path.Join(into, "tar");
        await File.WriteAllBytesAsync(archive, tar.ToArray());
        string[] arguments = ["-xpf", archive, "-C", into, "--xattrs", "--xattrs-include=*"];
        (await ChildProcess.RunAsync("tar", arguments)).Checked("tar");
        Assert.Equal(RawFiles.Attributes(scene["file"]), RawFiles.Attributes(Path.Join(into, "file")));
    }

    [Theory]
    [InlineData(NodeType.Socket)]
    [InlineData(NodeType.Unknown)]
    public void What_a_tar_cannot_hold_is_left_out(NodeType type) =>
        Assert.Null(TarHeader.Of("name"u8, Plain with { Type = type }, 0, null));

    private static async Task<PaxTarEntry> ReadAsync(Node node, byte[]? name = null)
    {
        await using BackupScene scene = await BackupScene.MakeAsync();
        using MemoryStream tar = await WriteAsync(scene, new BrowseEntry([(byte)'/', .. name ?? node.Name], node));
        Assert.Equal(0, tar.Length % TarHeader.Block);
        await using TarReader reader = new(tar);
        TarEntry read = (await reader.GetNextEntryAsync())!;
        Assert.Null(await reader.GetNextEntryAsync());
        // Without an extended header it is of the older form, which says the same.
        return read as PaxTarEntry ?? new PaxTarEntry(read);
    }

    private static async Task<MemoryStream> WriteAsync(BackupScene scene, params BrowseEntry[] entries)
    {
        MemoryStream tar = new();
        await new TarArchive(scene.Repository).WriteAsync(entries.ToAsyncEnumerable(), tar, default);
        tar.Position = 0;
        return tar;
    }
}
