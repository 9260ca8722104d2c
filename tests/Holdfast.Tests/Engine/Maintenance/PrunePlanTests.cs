using Holdfast.Engine;
using Holdfast.Engine.Maintenance.Prune;
using Holdfast.Engine.Packs;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>The planner on many made-up repositories, with duplicates, mixed packs and leftovers among them.</summary>
public sealed class PrunePlanTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Theory, MemberData(nameof(Seeds))]
    public void Every_used_blob_stays_or_moves(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        (PrunePlan plan, UsedBlobs used) = repository.Plan(new PruneOptions());

        HashSet<Id> alive = [.. plan.Keep.Select(pack => pack.Pack), .. plan.Repack.Select(pack => pack.Pack)];
        foreach (BlobHandle blob in repository.Used)
        {
            Id provider = repository.Packs[used.Claim(blob).Pack - 1].Pack;
            Assert.Contains(provider, alive);
            Assert.Contains(
                repository.Packs,
                pack => pack.Pack == provider && pack.Blobs.Any(b => PaperRepository.HandleOf(b) == blob)
            );
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void What_stays_unused_is_within_the_limit(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        foreach (UnusedLimit limit in new[] { UnusedLimit.OfBytes(0), UnusedLimit.Default, UnusedLimit.OfPercent(50) })
        {
            (PrunePlan plan, _) = repository.Plan(new PruneOptions { MaxUnused = limit });
            Assert.True(plan.UnusedBytesAfter <= limit.Allowed(plan.UsedBytes));
            Assert.DoesNotContain(plan.Keep, pack => !pack.OnlyData && pack.UnusedBlobs > 0);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Every_pack_has_one_fate(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        (PrunePlan plan, _) = repository.Plan(new PruneOptions());

        List<Id> fates =
        [
            .. plan.Keep.Concat(plan.Repack).Concat(plan.Remove).Select(pack => pack.Pack),
            .. plan.Unreferenced.Select(pack => pack.Pack),
        ];
        Assert.Equal(repository.Stored.Keys.Order(), fates.Order());
        Assert.All(plan.Remove, pack => Assert.Equal(0, pack.UsedBlobs));
        Assert.Equal(
            repository.Stored.Values.Sum() - plan.FreedBytes - plan.Repack.Sum(pack => pack.UsedBytes + 36),
            plan.Keep.Sum(pack => pack.Size)
        );
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Pruning_again_comes_to_rest(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        int rounds = 0;
        for (PrunePlan plan = repository.Plan(new()).Plan; !plan.IsEmpty; plan = repository.Plan(new()).Plan)
        {
            repository = repository.After(plan);
            Assert.True(++rounds <= 3, "a prune always finds more to do");
        }
        Assert.Equal(repository.Stored.Keys.Order(), repository.Packs.Select(pack => pack.Pack).Order());
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_bound_on_rewriting_is_kept(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        (PrunePlan whole, _) = repository.Plan(new PruneOptions { MaxUnused = UnusedLimit.OfBytes(0) });
        long bound = whole.RepackBytes / 2;
        (PrunePlan plan, _) = repository.Plan(
            new PruneOptions { MaxUnused = UnusedLimit.OfBytes(0), MaxRepackBytes = bound }
        );
        Assert.True(plan.RepackBytes <= bound);
        Assert.Equal(whole.Remove.Count, plan.Remove.Count);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_missing_pack_that_is_needed_stops_everything(int seed)
    {
        PaperRepository repository = PaperRepository.Random(seed);
        Id needed = repository.Plan(new()).Plan.Keep.Concat(repository.Plan(new()).Plan.Repack).First().Pack;

        repository.Stored.Remove(needed, out long size);
        Assert.Equal(EngineErrorKind.Damaged, Assert.Throws<EngineError>(() => repository.Plan(new())).Kind);

        repository.Stored[needed] = size - 1;
        Assert.Equal(EngineErrorKind.Damaged, Assert.Throws<EngineError>(() => repository.Plan(new())).Kind);
    }

    [Fact]
    public void A_missing_pack_that_nobody_needs_only_leaves_the_index()
    {
        PaperRepository repository = PaperRepository.Random(3);
        Id unused = repository.Plan(new()).Plan.Remove[0].Pack;
        repository.Stored.Remove(unused);
        Assert.Equal([unused], repository.Plan(new()).Plan.Vanished);
    }

    [Fact]
    public void A_few_small_packs_are_left_alone_and_many_are_merged()
    {
        Assert.True(PaperRepository.Small(9).Plan(new()).Plan.IsEmpty);
        Assert.Equal(10, PaperRepository.Small(10).Plan(new()).Plan.Repack.Count);
    }

    [Theory]
    [InlineData("5%", 950, 50)]
    [InlineData("0%", 950, 0)]
    [InlineData("2k", 950, 2048)]
    [InlineData("unlimited", 1, long.MaxValue)]
    public void Limits_are_read_as_restic_reads_them(string text, long used, long allowed) =>
        Assert.Equal(allowed, UnusedLimit.Parse(text).Allowed(used));

    [Theory]
    [InlineData("100%")]
    [InlineData("-1%")]
    [InlineData("much")]
    [InlineData("")]
    [InlineData("9999999999T")]
    public void Limits_that_make_no_sense_are_refused(string text) =>
        Assert.Equal(EngineErrorKind.Invalid, Assert.Throws<EngineError>(() => UnusedLimit.Parse(text)).Kind);
}
