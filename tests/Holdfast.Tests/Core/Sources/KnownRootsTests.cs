using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Sources;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Sources;

/// <summary>Which directory is taken for a root, and which never is.</summary>
public sealed class KnownRootsTests : IAsyncLifetime
{
    private const string Name = "local";

    private readonly CoreFixture core = new();

    private string Root => core.Directory["shares"];

    private string Marker => Path.Join(Root, ".holdfast-root");

    public async ValueTask InitializeAsync() => await core.Catalog.MigrateAsync(default);

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_new_root_is_marked_and_known_ever_after()
    {
        await StartAsync();
        Assert.Equal(await IdAsync() + "\n", await File.ReadAllTextAsync(Marker));
        Assert.Equal([Marker], Directory.EnumerateFileSystemEntries(Root));
        string? id = await IdAsync();

        Roots again = await StartAsync();
        Assert.Equal([Name], await again.UsableAsync());
        Assert.Equal(id, await IdAsync());
        again.Open(Name).Dispose();
    }

    [Fact]
    public async Task A_look_finds_what_a_start_would_and_marks_nothing()
    {
        Directory.CreateDirectory(Root);
        RootLook look = await LookAsync();
        Assert.Equal((true, false, true, null), (look.IsThere, look.IsKnown, look.IsWritable, look.Marker));
        Assert.Null(look.Why);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Root));
        Assert.Null(await IdAsync());

        await StartAsync();
        look = await LookAsync();
        Assert.Equal((true, await IdAsync()), (look.IsKnown, look.Marker));
        Assert.Null(look.Why);

        File.Delete(Marker);
        look = await LookAsync();
        Assert.Contains($"What lies at {Root} is not that root", look.Why!.Message, StringComparison.Ordinal);

        async Task<RootLook> LookAsync() =>
            Assert.Single(
                await new KnownRoots(core.Catalog, new Roots(core.Options, TimeProvider.System)).LookAsync(
                    hasCatalog: true,
                    default
                ),
                one => one.Root.Name == Name
            );
    }

    [Fact]
    public async Task A_root_without_its_marker_is_not_used_and_never_marked_anew_until_the_operator_says_so()
    {
        await StartAsync();
        string? id = await IdAsync();
        File.Delete(Marker);

        Roots roots = await StartAsync();
        Assert.Empty(await roots.UsableAsync());
        Assert.False(File.Exists(Marker));
        EngineError error = Refusal(roots);
        Assert.Contains($"What lies at {Root} is not that root", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"If this is the right one: echo {id} > {Marker}", error.Advice, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Marker, id + "\n");
        Assert.Equal([Name], await roots.UsableAsync());
    }

    [Theory]
    [InlineData("another root's id", "is another root: its .holdfast-root bears another id")]
    [InlineData("", "does not hold a root's id")]
    [InlineData(null, "cannot be read")]
    public async Task Another_marker_is_refused_as_well(string? text, string why)
    {
        Roots roots = await StartAsync();
        File.Delete(Marker);
        if (text is null)
        {
            File.CreateSymbolicLink(Marker, "/etc/hostname");
        }
        else
        {
            await File.WriteAllTextAsync(Marker, text);
        }
        Assert.Empty(await roots.UsableAsync());
        Assert.Contains(why, Refusal(roots).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_from_before_the_markers_is_known_by_a_share_that_is_there()
    {
        await AddMadeShareAsync("lost");
        await AddMadeShareAsync("there");
        Roots away = await StartAsync();
        Assert.Empty(await away.UsableAsync());
        Assert.False(File.Exists(Marker));
        Assert.Null(await IdAsync());
        Assert.Contains("none of its shares is there", Refusal(away).Message, StringComparison.Ordinal);

        Directory.CreateDirectory(Path.Join(Root, "there"));
        await new KnownRoots(core.Catalog, away).LearnAsync(default);
        Assert.Equal([Name], await away.UsableAsync());
        Assert.True(File.Exists(Marker));
    }

    [Fact]
    public async Task A_root_whose_shares_are_lost_is_taken_by_a_marker_made_by_hand()
    {
        await AddMadeShareAsync("lost");
        await File.WriteAllTextAsync(Marker, "mine");
        Assert.Equal([Name], await (await StartAsync()).UsableAsync());
        Assert.Equal("mine", await IdAsync());
    }

    [Fact]
    public async Task A_root_that_bears_another_roots_id_is_refused_until_it_has_its_own()
    {
        await StartAsync();
        string copy = core.Directory.Make("copy");
        string marker = Path.Join(copy, ".holdfast-root");
        File.Copy(Marker, marker);
        Roots roots = new(
            core.Options with
            {
                ShareRoots = [new NamedRoot(Name, Root), new NamedRoot("second", copy)],
            },
            core.Time
        );
        KnownRoots known = new(core.Catalog, roots);
        await known.LearnAsync(default);
        Assert.Equal([Name], await roots.UsableAsync());
        EngineError why = (await roots.WhyNotUsableAsync("second"))!;
        Assert.Contains($"bears the id of the share root '{Name}'", why.Message, StringComparison.Ordinal);
        Assert.EndsWith($"rm {marker}", why.Advice, StringComparison.Ordinal);

        File.Delete(marker);
        await known.LearnAsync(default);
        Assert.Equal([Name, "second"], await roots.UsableAsync());
    }

    [Fact]
    public async Task A_reason_that_is_no_more_is_not_given_any_longer()
    {
        await AddMadeShareAsync("lost");
        Roots roots = await StartAsync();
        Assert.Contains("none of its shares is there", Refusal(roots).Message, StringComparison.Ordinal);
        Directory.Delete(Root, recursive: true);
        await new KnownRoots(core.Catalog, roots).LearnAsync(default);
        Directory.CreateDirectory(Root);
        Assert.DoesNotContain("none of its shares", Refusal(roots).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_share_that_waits_to_be_made_does_not_keep_its_root_from_being_known()
    {
        Directory.Delete(Root);
        Assert.Empty(await (await StartAsync()).UsableAsync());
        await core.Catalog.AddSharesAsync(Rows.Share("s1", ShareStatus.Creating));
        Directory.CreateDirectory(Root);
        Assert.Equal([Name], await (await StartAsync()).UsableAsync());
    }

    [Fact]
    public async Task A_death_between_marker_and_catalog_leaves_a_root_that_is_known_by_its_marker()
    {
        using (DirectoryHandle root = DirectoryHandle.Open(Root))
        {
            RootMarker.Make(root, Name);
        }
        string made = await File.ReadAllTextAsync(Marker);
        Assert.Equal([Name], await (await StartAsync()).UsableAsync());
        Assert.Equal(made, await IdAsync() + "\n");
    }

    [Fact]
    public async Task Nodes_that_begin_at_once_agree_on_one_id()
    {
        Roots[] nodes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => StartAsync())));
        Assert.All(
            await Task.WhenAll(nodes.Select(roots => roots.UsableAsync())),
            usable => Assert.Equal([Name], usable)
        );
        Assert.Equal(await IdAsync() + "\n", await File.ReadAllTextAsync(Marker));
        Assert.Equal([Marker], Directory.EnumerateFileSystemEntries(Root));
    }

    [Fact]
    public async Task A_volume_root_has_a_name_and_a_marker_of_its_own()
    {
        string images = core.Directory.Make("images");
        Roots roots = await StartAsync(new NamedRoot(Name, images));
        Assert.Equal([Name, "volume:local"], await roots.UsableAsync());
        string? id = await core.Catalog.ReadAsync(s => s.Settings.FindAsync("volume_root:local"), default);
        Assert.Equal(id + "\n", await File.ReadAllTextAsync(Path.Join(images, ".holdfast-root")));
        Assert.NotEqual(id, await IdAsync());

        File.Delete(Path.Join(images, ".holdfast-root"));
        Assert.StartsWith(
            "The volume root 'local' cannot be used: What lies at",
            (await roots.WhyNotUsableAsync("volume:local"))!.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_directory_is_no_root_of_shares_and_of_volumes()
    {
        Roots roots = await StartAsync(new NamedRoot("images", Root));
        Assert.Equal([Name], await roots.UsableAsync());
        Assert.Contains(
            $"bears the id of the share root '{Name}'",
            (await roots.WhyNotUsableAsync("volume:images"))!.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_root_of_devices_is_used_without_a_marker()
    {
        Roots roots = await StartAsync(new NamedRoot("devices", "/dev"), new NamedRoot("away", "/dev/not-there"));
        Assert.Equal([Name, "volume:devices@node1"], await roots.UsableAsync());
        Assert.False(File.Exists("/dev/.holdfast-root"));
        Assert.Null(new VolumeRoots(roots).Default);
    }

    private async Task<Roots> StartAsync(params NamedRoot[] volumes)
    {
        Roots roots = new(core.Options with { VolumeRoots = volumes }, core.Time);
        await new KnownRoots(core.Catalog, roots).LearnAsync(default);
        return roots;
    }

    private static EngineError Refusal(Roots roots)
    {
        EngineError error = Assert.Throws<EngineError>(() => roots.Open(Name).Dispose());
        Assert.True(error.Temporary);
        return error;
    }

    private Task<string?> IdAsync() =>
        core.Catalog.ReadAsync(session => session.Settings.FindAsync($"share_root:{Name}"), default);

    private async Task AddMadeShareAsync(string id)
    {
        Share share = Rows.Share(id);
        await core.Catalog.AddSharesAsync(share);
        ExportLocation location = new(id, id, $"node1:{Root}/{id}", Preferred: true, Rows.Start);
        await core.Catalog.WriteAsync(session => session.ExportLocations.AddAsync(location), default);
    }
}
