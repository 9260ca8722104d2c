using System.Globalization;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Files;

public sealed class FileHandleTests : IDisposable
{
    private const int Mebi = 1024 * 1024;

    private readonly TemporaryDirectory temporary = new();
    private readonly DirectoryHandle directory;

    public FileHandleTests() => directory = DirectoryHandle.Open(temporary.Path);

    public void Dispose()
    {
        directory.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public void Reads_at_an_offset_until_the_end()
    {
        RawFiles.Write((RawPath)temporary.Path / "file", "0123456789");
        using FileHandle file = Open("file");
        byte[] buffer = new byte[6];
        Assert.Equal(Errno.None, file.TryRead(2, buffer, out int length));
        Assert.Equal(6, length);
        Assert.Equal("234567"u8.ToArray(), buffer);
        Assert.Equal(Errno.None, file.TryRead(8, buffer, out length));
        Assert.Equal("89"u8.ToArray(), buffer[..length]);
        Assert.Equal(Errno.None, file.TryRead(10, buffer, out length));
        Assert.Equal(0, length);
    }

    [Fact]
    public void Finds_holes_and_data()
    {
        using (FileStream sparse = RawFiles.Create((RawPath)temporary.Path / "file"))
        {
            sparse.SetLength(8 * Mebi);
            sparse.Position = 4 * Mebi;
            sparse.Write(new byte[Mebi]);
        }
        using FileHandle file = Open("file");
        Assert.Equal(4 * Mebi, file.NextData(0));
        Assert.Equal(5 * Mebi, file.NextHole(4 * Mebi));
        Assert.Equal(long.MaxValue, file.NextData(5 * Mebi));
        Assert.Equal(0, file.NextHole(0));
    }

    [Fact]
    public async Task What_is_written_to_the_disk_can_be_given_up_from_memory()
    {
        using (FileStream written = RawFiles.Create((RawPath)temporary.Path / "file"))
        {
            written.Write(new byte[Mebi]);
            written.Flush(flushToDisk: true);
        }
        using FileHandle file = Open("file");
        Assert.Equal(Mebi / Environment.SystemPageSize, await PagesInMemoryAsync());
        file.DropCache();
        Assert.Equal(0, await PagesInMemoryAsync());

        async Task<int> PagesInMemoryAsync() =>
            int.Parse(
                (await ChildProcess.RunAsync("fincore", ["--noheadings", "--output", "PAGES", temporary["file"]]))
                    .Checked("fincore")
                    .Output,
                CultureInfo.InvariantCulture
            );
    }

    [Fact]
    public void A_directory_cannot_be_read_as_a_file()
    {
        temporary.Make("child");
        using FileHandle file = Open("child");
        Assert.Equal(Errno.EISDIR, file.TryRead(0, new byte[1], out _));
    }

    private FileHandle Open(string name)
    {
        Assert.Equal(Errno.None, directory.TryOpenFile(System.Text.Encoding.UTF8.GetBytes(name), out FileHandle? file));
        return file!;
    }
}
