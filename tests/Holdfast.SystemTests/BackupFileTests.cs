using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>What is in a backup, seen and taken away through the native API: all of it, as it was.</summary>
public sealed class BackupFileTests
{
    private static readonly TreeComparison Whole = new() { IgnoreSockets = true };

    [Fact]
    public async Task EveryKindOfFileIsSeenAndComesOutOneByOneAndAsAnArchive()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "nasty");
        Share share = await tenant.CreateShareAsync();
        NastyTree.Build(share.Directory);
        string backup = await tenant.BackUpAsync(share);

        Dictionary<RawPath, JsonNode> entries = await SeenAsync(tenant, backup);
        RawPath root = share.Directory;
        List<RawPath> there =
        [
            .. RawFiles.Walk(root).Where(path => RawFiles.Status(root / path).Kind != FileKind.Socket),
        ];
        Assert.Equal(there.Order(), entries.Keys.Order());
        foreach (RawPath path in there)
        {
            FileStatus status = RawFiles.Status(root / path);
            JsonNode entry = entries[path];
            Assert.Equal(
                (Convert.ToString(status.Permissions, 8).PadLeft(4, '0'), status.Uid, status.Gid),
                (entry["mode"]!.GetValue<string>(), entry["uid"]!.GetValue<uint>(), entry["gid"]!.GetValue<uint>())
            );
            if (status.Kind == FileKind.File)
            {
                Assert.Equal(status.Size, entry["size"]!.GetValue<long>());
                await SameBytesAsync(tenant, backup, entry, root / path);
            }
        }
        await SameAsTarAsync(tenant, backup, share);
        await SameAsZipAsync(tenant, backup, share);
    }

    private static async Task SameBytesAsync(Tenant tenant, string backup, JsonNode entry, RawPath file)
    {
        using HttpResponseMessage reply = await DownloadAsync(tenant, $"{backup}/files/{entry["path"]}?download=file");
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal("attachment", reply.Content.Headers.ContentDisposition!.DispositionType);
        await using FileStream expected = RawFiles.OpenRead(file);
        byte[] bytes = new byte[expected.Length];
        await expected.ReadExactlyAsync(bytes);
        Same(bytes, await reply.Content.ReadAsByteArrayAsync(), file.ToString());
    }

    private static async Task SameAsTarAsync(Tenant tenant, string backup, Share share)
    {
        using TemporaryDirectory unpacked = new();
        string file = unpacked["whole.tar"];
        await SaveAsync(tenant, $"{backup}/files?download=tar", file);
        string into = unpacked.Make("into");
        string[] arguments = ["-xpf", file, "-C", into, "--xattrs", "--xattrs-include=*", "--numeric-owner"];
        ProcessResult tar = (await ChildProcess.RunAsync("tar", arguments)).Checked("tar");
        Assert.DoesNotContain("Cannot", tar.Error, StringComparison.Ordinal);
        TreeComparer.AssertEqual(share.Directory, Path.Join(into, backup), Whole);
    }

    /// <summary>Files, directories and links; a library reads what another has written.</summary>
    private static async Task SameAsZipAsync(Tenant tenant, string backup, Share share)
    {
        using TemporaryDirectory unpacked = new();
        string file = unpacked["sizes.zip"];
        await SaveAsync(tenant, $"{backup}/files/sizes?download=zip", file);
        (await ChildProcess.RunAsync("python3", ["-m", "zipfile", "-t", file])).Checked("zipfile");
        await ZipFile.ExtractToDirectoryAsync(file, unpacked.Make("into"));
        foreach (string there in Directory.EnumerateFiles(Path.Join(share.Directory, "sizes")))
        {
            byte[] found = await File.ReadAllBytesAsync(Path.Join(unpacked["into/sizes"], Path.GetFileName(there)));
            Same(await File.ReadAllBytesAsync(there), found, there);
        }
    }

    [Fact]
    public async Task APartOfAFileCanBeHadAndOneThatIsKnownIsNotSentAgain()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync();
        using Tenant tenant = await Tenant.CreateAsync(server.Url, "ranges");
        Share share = await tenant.CreateShareAsync();
        byte[] bytes = new byte[9 << 20];
        new Random(1).NextBytes(bytes);
        RawFiles.Write(Path.Join(share.Directory, "file"), bytes);
        string backup = await tenant.BackUpAsync(share);
        string path = $"{backup}/files/file?download=file";

        foreach (
            (long from, long? to) in new (long, long?)[]
            {
                (0, 0),
                (5_000_000, 5_000_099),
                (9_437_183, null),
                (1, 9_437_182),
            }
        )
        {
            using HttpResponseMessage part = await DownloadAsync(tenant, path, new RangeHeaderValue(from, to));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            byte[] expected = bytes[(int)from..((int)(to ?? bytes.Length - 1) + 1)];
            Same(expected, await part.Content.ReadAsByteArrayAsync(), $"{from}-{to}");
        }
        using HttpResponseMessage beyond = await DownloadAsync(tenant, path, new RangeHeaderValue(bytes.Length, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);

        using HttpResponseMessage whole = await DownloadAsync(tenant, path);
        EntityTagHeaderValue tag = whole.Headers.ETag!;
        using HttpResponseMessage known = await DownloadAsync(tenant, path, known: tag);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
    }

    /// <summary>Everything beneath the share, by path, a few entries a request.</summary>
    private static async Task<Dictionary<RawPath, JsonNode>> SeenAsync(Tenant tenant, string backup)
    {
        Dictionary<RawPath, JsonNode> seen = [];
        Stack<string> directories = new([""]);
        while (directories.TryPop(out string? directory))
        {
            string? cursor = null;
            do
            {
                string page = cursor is null ? "" : $"&cursor={cursor}";
                Reply reply = await tenant.Session.GetAsync(
                    $"/api/v1/backups/{backup}/files/{directory}?limit=7{page}"
                );
                Assert.Equal(directory, reply["entry"]["path"]!.GetValue<string>());
                foreach (JsonNode? entry in reply["entries"].AsArray())
                {
                    string path = entry!["path"]!.GetValue<string>();
                    seen.Add(HttpUtility.UrlDecodeToBytes(path.Replace("+", "%2B"))!, entry);
                    if (entry["type"]!.GetValue<string>() == "dir")
                    {
                        directories.Push(path);
                    }
                }
                cursor = reply.Body!["next_cursor"]?.GetValue<string>();
            } while (cursor is not null);
        }
        return seen;
    }

    private static void Same(byte[] expected, byte[] found, string what) =>
        Assert.True(expected.AsSpan().SequenceEqual(found), what);

    private static async Task SaveAsync(Tenant tenant, string path, string file)
    {
        using HttpResponseMessage reply = await DownloadAsync(tenant, path);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        await using FileStream to = File.Create(file);
        await reply.Content.CopyToAsync(to);
    }

    private static async Task<HttpResponseMessage> DownloadAsync(
        Tenant tenant,
        string path,
        RangeHeaderValue? range = null,
        EntityTagHeaderValue? known = null
    ) => await tenant.Session.DownloadAsync("/api/v1/backups/" + path, range, known);
}
