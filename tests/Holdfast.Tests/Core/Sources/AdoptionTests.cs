using Holdfast.Core;
using Holdfast.Core.Catalog.Sqlite;
using Holdfast.Core.Sources;
using Holdfast.Testing.Core;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Core.Sources;

public sealed class AdoptionTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly Adoption adoption;
    private readonly string root;

    public AdoptionTests()
    {
        root = directory.Make("root");
        directory.Make("root/data/keys");
        directory.Make("root/data/shares/one");
        directory.Make("root/store/objects");
        directory.Make("root/trash/gone");
        directory.Make("root/nested/inner/deep");
        directory.Make("root/free/below");
        directory.Make("outside");
        File.WriteAllText(directory["root/file"], "");
        File.CreateSymbolicLink(directory["root/link"], directory["outside"]);
        File.CreateSymbolicLink(directory["alias"], root);
        CoreOptions options = new()
        {
            // Both by a way that leads through a link.
            DataDirectory = directory["alias/data"],
            OwnDirectories = [directory["alias/store"]],
            Node = "node1",
            Roles = new HashSet<string>(),
            ShareRoots =
            [
                new("big", directory["alias"]),
                new("inner", directory["root/nested/inner"]),
                new("default", directory["root/data/shares"]),
            ],
            PublicUrl = "",
        };
        Roots places = new(options, TimeProvider.System);
        ShareRoots roots = new(places);
        foreach (NamedRoot one in roots.All)
        {
            File.WriteAllText(Path.Join(one.Path, ".holdfast-root"), one.Name);
            places.Know(one.Name, one.Name);
        }
        adoption = new Adoption(places, options);
    }

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("root/free", "big", "free")]
    [InlineData("root/free/", "big", "free")]
    [InlineData("root/./free//below", "big", "free/below")]
    [InlineData("alias/free", "big", "free")]
    [InlineData("root/nested/inner/deep", "inner", "deep")]
    [InlineData("root/data/shares/one", "default", "one")]
    public void A_directory_beneath_a_root_is_found(string path, string name, string beneath)
    {
        Assert.Equal(new SharePlace(name, beneath), adoption.Locate(directory.Path + "/" + path));
        Assert.Equal(new SharePlace(name, beneath), adoption.Locate("node1:" + directory.Path + "/" + path));
    }

    [Theory]
    [InlineData("root", "share root")]
    [InlineData("alias", "share root")]
    [InlineData("root/nested", "share root")]
    [InlineData("root/nested/inner", "share root")]
    [InlineData("outside", "beneath none of the share roots")]
    [InlineData("root/free/../../outside", "contains '..'")]
    [InlineData("root/data/keys", "the service's data directory")]
    [InlineData("root/store", "keeps its own things in")]
    [InlineData("root/store/objects", "keeps its own things in")]
    [InlineData("root/trash", "the service's own")]
    [InlineData("root/trash/gone", "the service's own")]
    [InlineData("root/.holdfast-root", "the service's own")]
    [InlineData("root/missing", "there is no such directory")]
    [InlineData("root/file", "not a directory")]
    [InlineData("root/link", "symbolic link")]
    public void What_is_no_share(string path, string why) => Refuses(directory.Path + "/" + path, why);

    [Theory]
    [InlineData(1024, "there is no such directory")]
    [InlineData(1025, "has more than 1024 bytes")]
    public void What_is_too_long(int bytes, string why)
    {
        // Two bytes and a slash.
        string beneath = string.Concat(Enumerable.Repeat("é/", bytes / 3)) + new string('a', bytes % 3);
        Refuses(directory.Path + "/root/" + beneath, why);
    }

    [Theory]
    [InlineData("relative/path", "not an absolute path")]
    [InlineData("", "not an absolute path")]
    [InlineData("node2:/somewhere", "names the node 'node2'")]
    [InlineData("/proc", "beneath none of the share roots")]
    [InlineData("/", "share root")]
    public void What_is_no_path_of_this_node(string path, string why) => Refuses(path, why);

    [Theory]
    [InlineData("big", "a/b", "big", "a/b", false)]
    [InlineData("big", "a", "big", "a/b", false)]
    [InlineData("big", "a/b/c", "big", "a/b", false)]
    [InlineData("big", "a/b", "big", "a/b/c/d", false)]
    [InlineData("big", "a/b/c/d", "big", "a", false)]
    [InlineData("big", "a/bc", "big", "a/b", true)]
    [InlineData("big", "a/b", "big", "a/bc", true)]
    [InlineData("big", "a/b", "big", "a/b.c", true)]
    [InlineData("big", "a/b", "big", "a/b0", true)]
    [InlineData("big", "a", "inner", "a", true)]
    [InlineData("inner", "x/y", "big", "nested", false)]
    [InlineData("inner", "x", "big", "nested/inner/x", false)]
    [InlineData("inner", "x", "gone", "anything", true)]
    public async Task Shares_lie_apart(string root, string path, string otherRoot, string otherPath, bool apart)
    {
        SharePlace place = new(root, path);
        await using SqliteCatalog catalog = new(directory["catalog/catalog.db"], TimeProvider.System);
        await catalog.MigrateAsync(CancellationToken.None);
        await catalog.AddSharesAsync(
            Rows.Share("s1") with
            {
                ProjectId = Rows.Stranger,
                Root = otherRoot,
                Path = otherPath,
            }
        );
        Task<bool> check = catalog.ReadAsync(
            async session =>
            {
                await adoption.CheckApartAsync(session, place);
                return true;
            },
            CancellationToken.None
        );
        if (apart)
        {
            Assert.True(await check);
        }
        else
        {
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => check);
            Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        }
    }

    private void Refuses(string path, string why)
    {
        ServiceError error = Assert.Throws<ServiceError>(() => adoption.Locate(path));
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
