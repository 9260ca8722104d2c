using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Maintenance.Check;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Restore;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;
using Holdfast.Objects;
using Holdfast.Objects.Local;
using Holdfast.Objects.Memory;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>Each kind of damage is found under its own name, and stock restic is of the same mind.</summary>
public sealed class CheckRunTests : IAsyncLifetime
{
    private readonly TemporaryDirectory directory = new();
    private readonly LocalObjectStore store;
    private readonly Restic restic;
    private Repository repository = null!;

    public CheckRunTests()
    {
        store = new LocalObjectStore(directory["repository"]);
        restic = new Restic(directory["repository"], SampleRepository.Password);
    }

    public async ValueTask InitializeAsync() =>
        repository = await SampleRepository.MakeAsync(store, directory.Make("source"), snapshots: 2);

    public async ValueTask DisposeAsync()
    {
        await repository.DisposeAsync();
        restic.Dispose();
        directory.Dispose();
    }

    [Fact]
    public async Task A_whole_repository_has_no_findings()
    {
        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.Empty(report.Findings);
        Assert.Equal(2, report.Snapshots);
        Assert.Equal(report.Packs, report.PacksRead);
        Assert.Equal((await StoreCopy.ListAsync(store, "data")).Sum(pack => pack.Size), report.BytesRead);
        await restic.CheckAsync();
    }

    [Fact]
    public async Task What_the_repository_holds_is_what_restic_counts()
    {
        CheckReport report = await SampleRepository.CheckAsync(repository);
        JsonNode restored = await StatsAsync("restore-size");
        JsonNode raw = await StatsAsync("raw-data");
        // restic counts a seal of 32 bytes with each blob.
        long plain = (long)raw["total_uncompressed_size"]! - 32 * (long)raw["total_blob_count"]!;
        Assert.Equal(((long)restored["total_size"]!, plain), (report.LogicalBytes, report.UniqueBytes));
        // With the packs' headers.
        Assert.Equal((await StoreCopy.ListAsync(store, "data")).Sum(pack => pack.Size), report.StoredBytes);
        Assert.InRange(report.StoredBytes, (long)raw["total_size"]! + 1, (long)raw["total_size"]! * 2);

        async Task<JsonNode> StatsAsync(string mode) =>
            JsonNode.Parse(await restic.RunAsync("stats", "--mode", mode, "--json"))!;
    }

    [Fact]
    public async Task A_flipped_byte_in_file_data_is_found_when_packs_are_read()
    {
        ObjectName pack = await PackAsync(BlobKind.Data);
        await StoreCopy.FlipAsync(store, pack, 40);
        await RequireAsync(FindingKind.DamagedPack, pack.Value);
        Assert.Empty((await CheckRun.RunAsync(repository, new CheckOptions(), null, null, default)).Findings);
    }

    [Fact]
    public async Task Of_the_parts_of_all_packs_the_one_with_the_damage_finds_it()
    {
        ObjectName damaged = await PackAsync(BlobKind.Data);
        await StoreCopy.FlipAsync(store, damaged, 40);
        // Each pack is of one part: which one is chance, and that none is read twice shows in the sums.
        var read = (Packs: 0, Bytes: 0L);
        List<string> found = [];
        foreach (string part in new[] { "1/3", "2/3", "3/3" })
        {
            var options = new CheckOptions { ReadData = PackSubset.Parse(part) };
            CheckReport report = await CheckRun.RunAsync(repository, options, null, null, default);
            read = (read.Packs + report.PacksRead, read.Bytes + report.BytesRead);
            found.AddRange(report.Findings.Select(finding => $"{part} {finding.Kind}"));
        }
        List<ObjectInfo> packs = await StoreCopy.ListAsync(store, "data");
        Assert.Equal((packs.Count, packs.Sum(pack => pack.Size)), read);
        int number = Convert.FromHexString(damaged.Value.Split('/')[^1])[0] % 3 + 1;
        Assert.Equal([$"{number}/3 {FindingKind.DamagedPack}"], found.Distinct());
    }

    [Fact]
    public async Task Damage_is_told_of_the_snapshots_that_cannot_be_restored_and_of_no_other()
    {
        var options = new CheckOptions { ReadData = PackSubset.All, NameSnapshots = true };
        Assert.Empty((await CheckRun.RunAsync(repository, options, null, null, default)).DamagedSnapshots);
        List<ObjectInfo> before = await StoreCopy.ListAsync(store, "data");
        await File.WriteAllBytesAsync(directory["source/late"], RandomNumberGenerator.GetBytes(100_000));
        Snapshot late = await SampleRepository.BackUpAsync(repository, directory["source"], 9);
        ObjectName own = await PackAsync(BlobKind.Data, name => before.All(pack => pack.Name.Value != name));
        await StoreCopy.FlipAsync(store, own, 40);

        CheckReport report = await CheckRun.RunAsync(repository, options, null, null, default);
        Assert.Equal([late.Id], report.DamagedSnapshots);
        Assert.Equal([Id.Parse(own.Value.Split('/')[^1])], report.DamagedPacks);
        await StoreCopy.FlipAsync(store, await PackAsync(BlobKind.Data), 40);
        report = await CheckRun.RunAsync(repository, options, null, null, default);
        HashSet<Id> lost = [];
        foreach (Snapshot snapshot in await repository.ListSnapshotsAsync(default))
        {
            if (!await CanBeRestoredAsync(snapshot))
            {
                lost.Add(snapshot.Id);
            }
        }
        Assert.Equal(lost.Order(), report.DamagedSnapshots.Order());
    }

    private async Task<bool> CanBeRestoredAsync(Snapshot snapshot)
    {
        await using RepositoryLock held = await repository.LockAsync(exclusive: false, default);
        await repository.LoadIndexAsync(default);
        try
        {
            await new TreeRestore(
                repository,
                new RestoreSource(snapshot.Tree, Directory: null, snapshot.Time),
                directory.Make(snapshot.Id.ToString()),
                new RestoreOptions()
            ).RunAsync(default);
            return true;
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.Damaged)
        {
            return false;
        }
    }

    [Fact]
    public async Task A_tree_that_is_damaged_is_told_of_the_snapshots_above_it()
    {
        await StoreCopy.FlipAsync(store, await PackAsync(BlobKind.Tree), 40);
        var options = new CheckOptions { NameSnapshots = true };
        CheckReport report = await CheckRun.RunAsync(repository, options, null, null, default);
        Assert.NotEmpty(report.DamagedSnapshots);
        Assert.Subset(await repository.ListSnapshotIdsAsync(default), report.DamagedSnapshots.ToHashSet());
    }

    [Fact]
    public async Task A_flipped_byte_in_a_tree_is_found_without_reading_packs()
    {
        ObjectName pack = await PackAsync(BlobKind.Tree);
        await StoreCopy.FlipAsync(store, pack, 40);
        await RequireAsync(FindingKind.DamagedTree);
        CheckReport report = await CheckRun.RunAsync(repository, new CheckOptions(), null, null, default);
        Assert.Contains(report.Findings, finding => finding.Kind == FindingKind.DamagedTree);
    }

    [Fact]
    public async Task A_flipped_byte_in_a_pack_header_is_found()
    {
        ObjectName pack = await PackAsync(BlobKind.Data);
        await StoreCopy.FlipAsync(store, pack, (int)(await SizeAsync(pack)) - 30);
        await RequireAsync(FindingKind.DamagedPack, pack.Value);
    }

    [Theory]
    [InlineData("index", FindingKind.DamagedIndex)]
    [InlineData("snapshots", FindingKind.DamagedSnapshot)]
    public async Task A_flipped_byte_in_an_object_is_found(string folder, FindingKind kind)
    {
        ObjectName name = (await StoreCopy.ListAsync(store, folder))[0].Name;
        await StoreCopy.FlipAsync(store, name, 20);
        await RequireAsync(kind, name.Value);
    }

    [Fact]
    public async Task No_part_counts_as_read_while_an_index_cannot_be_read()
    {
        Assert.Equal(256, (await SampleRepository.CheckAsync(repository)).FirstBytesRead.Count);
        await StoreCopy.FlipAsync(store, (await StoreCopy.ListAsync(store, "index"))[0].Name, 20);
        Assert.Empty((await SampleRepository.CheckAsync(repository)).FirstBytesRead);
    }

    [Fact]
    public async Task A_damaged_second_key_is_found()
    {
        await File.WriteAllTextAsync(directory["new"], "another");
        await restic.RunAsync("key", "add", "--new-password-file", directory["new"]);
        ObjectName first = (await StoreCopy.ListAsync(store, "keys"))[0].Name;
        await StoreCopy.FlipAsync(store, first, 100);
        CheckReport report = await SampleRepository.CheckAsync(repository);
        CheckFinding finding = Assert.Single(report.Findings);
        Assert.Equal((FindingKind.DamagedKey, first.Value), (finding.Kind, finding.Object));
    }

    [Fact]
    public async Task A_missing_pack_is_found()
    {
        ObjectName pack = await PackAsync(BlobKind.Data);
        await store.DeleteAsync(pack, default);
        await RequireAsync(FindingKind.MissingPack, pack.Value);
    }

    [Fact]
    public async Task A_truncated_pack_is_found()
    {
        ObjectName pack = await PackAsync(BlobKind.Data);
        byte[] content = await StoreCopy.ReadAsync(store, pack);
        await StoreCopy.WriteAsync(store, pack, content[..^50]);
        await RequireAsync(FindingKind.PackSize, pack.Value);
    }

    [Fact]
    public async Task Swapped_packs_are_found()
    {
        List<ObjectInfo> packs = await StoreCopy.ListAsync(store, "data");
        byte[] first = await StoreCopy.ReadAsync(store, packs[0].Name);
        await StoreCopy.WriteAsync(store, packs[0].Name, await StoreCopy.ReadAsync(store, packs[1].Name));
        await StoreCopy.WriteAsync(store, packs[1].Name, first);
        await RequireAsync(FindingKind.DamagedPack, packs[0].Name.Value);
        await RequireAsync(FindingKind.DamagedPack, packs[1].Name.Value);
    }

    [Fact]
    public async Task A_missing_index_object_leaves_trees_and_blobs_without_a_place()
    {
        foreach (ObjectInfo index in await StoreCopy.ListAsync(store, "index"))
        {
            await store.DeleteAsync(index.Name, default);
        }
        await RequireAsync(FindingKind.DamagedTree);
        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.Equal(report.Packs, report.Findings.Count(finding => finding.Kind == FindingKind.OrphanPack));
    }

    [Fact]
    public async Task An_unreferenced_pack_is_a_hint()
    {
        byte[] content = Encoding.UTF8.GetBytes("left by a run that died");
        string id = Convert.ToHexStringLower(SHA256.HashData(content));
        await StoreCopy.WriteAsync(store, new ObjectName($"data/{id[..2]}/{id}"), content);
        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.True(report.IsSound);
        Assert.Equal(FindingKind.OrphanPack, Assert.Single(report.Findings).Kind);
        ProcessResult judged = await restic.TryRunAsync("check");
        Assert.Equal(0, judged.ExitCode);
    }

    [Fact]
    public async Task A_pack_listed_twice_is_a_hint_and_listed_differently_an_error()
    {
        Id index = (await repository.ListIndexesAsync(default))[0].Id;
        PackContent pack = (await repository.LoadIndexObjectAsync(index, default))[0];
        await repository.SaveIndexObjectAsync([pack], default);
        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.True(report.IsSound);
        Assert.Equal(FindingKind.DuplicatePack, Assert.Single(report.Findings).Kind);

        await repository.SaveIndexObjectAsync([pack with { Blobs = [pack.Blobs[0]] }], default);
        Assert.Contains(
            (await SampleRepository.CheckAsync(repository)).Findings,
            finding => finding.Kind == FindingKind.ConflictingPack
        );
    }

    [Fact]
    public async Task A_pack_of_data_and_trees_is_a_hint_and_stays_readable()
    {
        byte[] tree = "{\"nodes\":[]}\n"u8.ToArray();
        byte[] data = "a file"u8.ToArray();
        byte[] sealedTree = repository.Sealer.Seal(tree);
        byte[] sealedData = repository.Sealer.Seal(data);
        PackEntry[] blobs =
        [
            new(BlobKind.Tree, Sha256.Hash(tree), 0, (uint)sealedTree.Length, 0),
            new(BlobKind.Data, Sha256.Hash(data), (uint)sealedTree.Length, (uint)sealedData.Length, 0),
        ];
        byte[] header = new byte[PackHeader.TotalLength(blobs.Sum(blob => PackHeader.EntryLength(0)))];
        PackHeader.Write(blobs, repository.Sealer, header);
        byte[] pack = [.. sealedTree, .. sealedData, .. header];
        Id id = Sha256.Hash(pack);
        await StoreCopy.WriteAsync(store, new ObjectName($"data/{id.ToString()[..2]}/{id}"), pack);
        await repository.SaveIndexObjectAsync([new PackContent(id, blobs)], default);

        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.Equal(FindingKind.MixedPack, Assert.Single(report.Findings).Kind);
        Assert.True(report.IsSound);
    }

    [Fact]
    public async Task An_index_with_a_gap_is_found()
    {
        Id index = (await repository.ListIndexesAsync(default))[0].Id;
        List<PackContent> packs = [.. await repository.LoadIndexObjectAsync(index, default)];
        int chosen = packs.FindIndex(pack => pack.Blobs.Count > 2);
        packs[chosen] = packs[chosen] with { Blobs = [packs[chosen].Blobs[0], .. packs[chosen].Blobs.Skip(2)] };
        await repository.SaveIndexObjectAsync(packs, default);
        await repository.DeleteIndexObjectAsync(index, default);
        // Not with the data: restic tries for a quarter of an hour to read what lies in the gap.
        await RequireAsync(FindingKind.PackLayout, judge: "check");
    }

    [Theory]
    [InlineData(
        """{"name":"f","type":"file","mode":420,"content":["00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"]}""",
        FindingKind.MissingBlob
    )]
    [InlineData("""{"name":"f","type":"file","mode":420,"content":null}""", FindingKind.DamagedNode)]
    [InlineData("""{"name":"d","type":"dir","mode":2147484141,"content":null}""", FindingKind.DamagedNode)]
    [InlineData("""{"name":"u","type":"whiteout","mode":420,"content":null}""", FindingKind.DamagedNode)]
    public async Task A_tree_that_makes_no_sense_is_found(string node, FindingKind kind)
    {
        byte[] tree = Encoding.UTF8.GetBytes(
            "{\"nodes\":["
                + node.Replace(
                    "\"mode\"",
                    "\"mtime\":\"2026-01-01T00:00:00Z\",\"atime\":\"2026-01-01T00:00:00Z\","
                        + "\"ctime\":\"2026-01-01T00:00:00Z\",\"uid\":0,\"gid\":0,\"mode\"",
                    StringComparison.Ordinal
                )
                + "]}\n"
        );
        await using (BlobWriter writer = repository.CreateWriter())
        {
            await writer.SaveAsync(BlobKind.Tree, Sha256.Hash(tree), tree, default);
            await writer.FlushAsync(default);
        }
        await repository.SaveSnapshotAsync(
            new Snapshot
            {
                Time = DateTimeOffset.UnixEpoch,
                Tree = Sha256.Hash(tree),
                Paths = ["/x"],
            },
            default
        );
        await RequireAsync(kind);
    }

    [Fact]
    public async Task Any_flipped_bit_of_any_object_is_found()
    {
        MemoryObjectStore copy = await StoreCopy.OfAsync(store);
        await using Repository opened = await SampleRepository.OpenAsync(copy);
        List<ObjectInfo> objects = await StoreCopy.ListAsync(copy, "");
        var random = new Random(7);
        for (int i = 0; i < 150; i++)
        {
            ObjectInfo target = objects[i % objects.Count];
            byte[] whole = await StoreCopy.ReadAsync(copy, target.Name);
            byte[] damaged = [.. whole];
            int offset = random.Next(damaged.Length);
            damaged[offset] ^= (byte)(1 << random.Next(8));
            await StoreCopy.WriteAsync(copy, target.Name, damaged);
            Assert.False((await SampleRepository.CheckAsync(opened)).IsSound, $"byte {offset} of {target.Name}");
            await StoreCopy.WriteAsync(copy, target.Name, whole);
        }
        Assert.Empty((await SampleRepository.CheckAsync(opened)).Findings);
    }

    private async Task RequireAsync(FindingKind kind, string? name = null, string judge = "check --read-data")
    {
        CheckReport report = await SampleRepository.CheckAsync(repository);
        Assert.False(report.IsSound);
        Assert.Contains(report.Findings, finding => finding.Kind == kind && finding.Object == (name ?? finding.Object));
        Assert.NotEqual(0, (await restic.TryRunAsync(judge.Split(' '))).ExitCode);
    }

    private async Task<ObjectName> PackAsync(BlobKind kind, Func<string, bool>? wanted = null)
    {
        foreach (StoredObject index in await repository.ListIndexesAsync(default))
        {
            foreach (PackContent pack in await repository.LoadIndexObjectAsync(index, default))
            {
                string name = $"data/{pack.Pack.ToString()[..2]}/{pack.Pack}";
                if (pack.Blobs[0].Kind == kind && wanted?.Invoke(name) != false)
                {
                    return new ObjectName(name);
                }
            }
        }
        throw new InvalidOperationException($"The sample has no pack of {kind}.");
    }

    private async Task<long> SizeAsync(ObjectName name) => (await store.StatAsync(name, default))!.Value.Size;
}
