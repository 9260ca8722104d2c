using System.Text.Json;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Maintenance.Forget;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Snapshots;
using Holdfast.Objects.Local;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>The same snapshots and the same rules, planned by us and by <c>restic forget --dry-run</c>.</summary>
public sealed class ForgetAgainstResticTests(ForgetAgainstResticTests.Fixture fixture)
    : IClassFixture<ForgetAgainstResticTests.Fixture>
{
    public static TheoryData<string, string> Policies =>
        new()
        {
            { "--keep-last 3", "host,paths" },
            { "--keep-last 1", "" },
            { "--keep-hourly 5 --keep-daily 3", "host,paths" },
            { "--keep-daily 100", "host" },
            { "--keep-daily 4 --keep-weekly 3 --keep-monthly 2 --keep-yearly 10", "host,paths" },
            { "--keep-weekly unlimited", "paths" },
            { "--keep-monthly 2 --keep-tag special", "host,paths,tags" },
            { "--keep-tag special,daily --keep-last 1", "host,paths" },
            { "--keep-within 45d", "host,paths" },
            { "--keep-within 1y1m1d1h --keep-last 1", "host" },
            { "--keep-within-hourly 2d --keep-within-daily 14d --keep-within-weekly 3m", "host,paths" },
            { "--keep-within-monthly 2y --keep-within-yearly 10y --keep-last 2", "tags" },
        };

    [Theory, MemberData(nameof(Policies))]
    public async Task Keeps_what_restic_keeps_and_says_the_same_reasons(string policy, string groupBy)
    {
        string[] options = policy.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string planned = await fixture.Restic.RunAsync([
            "forget",
            "--dry-run",
            "--json",
            "--group-by",
            groupBy,
            .. options,
        ]);
        ForgetPlan plan = ForgetPlan.Make(
            fixture.Snapshots,
            SnapshotGroup.ParseGrouping(groupBy),
            PolicyOf(options),
            TimeProvider.System.GetUtcNow()
        );
        Assert.Equal(OfRestic(planned), OfPlan(plan));
    }

    private static KeepPolicy PolicyOf(string[] options)
    {
        var policy = new KeepPolicy();
        for (int i = 0; i < options.Length; i += 2)
        {
            string value = options[i + 1];
            int count =
                value == "unlimited" ? KeepPolicy.All
                : int.TryParse(value, out int number) ? number
                : 0;
            policy = options[i] switch
            {
                "--keep-last" => policy with { Last = count },
                "--keep-hourly" => policy with { Hourly = count },
                "--keep-daily" => policy with { Daily = count },
                "--keep-weekly" => policy with { Weekly = count },
                "--keep-monthly" => policy with { Monthly = count },
                "--keep-yearly" => policy with { Yearly = count },
                "--keep-within" => policy with { Within = CalendarSpan.Parse(value) },
                "--keep-within-hourly" => policy with { WithinHourly = CalendarSpan.Parse(value) },
                "--keep-within-daily" => policy with { WithinDaily = CalendarSpan.Parse(value) },
                "--keep-within-weekly" => policy with { WithinWeekly = CalendarSpan.Parse(value) },
                "--keep-within-monthly" => policy with { WithinMonthly = CalendarSpan.Parse(value) },
                "--keep-within-yearly" => policy with { WithinYearly = CalendarSpan.Parse(value) },
                "--keep-tag" => policy with { Tags = [.. policy.Tags, value.Split(',')] },
                _ => throw new ArgumentException(options[i], nameof(options)),
            };
        }
        return policy;
    }

    private static List<string> OfPlan(ForgetPlan plan) =>
        [
            .. plan
                .Groups.SelectMany(group =>
                    group
                        .Keep.Select(kept => $"{kept.Snapshot.Id} stays: {string.Join("; ", kept.Reasons)}")
                        .Concat(group.Remove.Select(snapshot => $"{snapshot.Id} goes"))
                )
                .Order(StringComparer.Ordinal),
        ];

    private static List<string> OfRestic(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        List<string> lines = [];
        foreach (JsonElement group in document.RootElement.EnumerateArray())
        {
            foreach (JsonElement reason in Array(group, "reasons"))
            {
                string id = reason.GetProperty("snapshot").GetProperty("id").GetString()!;
                IEnumerable<string?> matches = Array(reason, "matches").Select(match => match.GetString());
                lines.Add($"{id} stays: {string.Join("; ", matches)}");
            }
            lines.AddRange(Array(group, "remove").Select(snapshot => $"{snapshot.GetProperty("id").GetString()} goes"));
        }
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<JsonElement> Array(JsonElement of, string name) =>
        of.GetProperty(name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    /// <summary>A repository with snapshots of two hosts over years, close together and far apart, in several time zones.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private const string Password = "correct horse";

        private readonly TemporaryDirectory directory = new();

        public Restic Restic { get; private set; } = null!;

        public IReadOnlyList<Snapshot> Snapshots { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            Restic = new Restic(directory["repository"], Password);
            await using Repository repository = await Repository.InitAsync(
                new LocalObjectStore(directory["repository"]),
                Password,
                new RepositoryOptions(),
                default
            );
            byte[] tree = "{\"nodes\":[]}\n"u8.ToArray();
            await using (BlobWriter writer = repository.CreateWriter())
            {
                await writer.SaveAsync(BlobKind.Tree, Sha256.Hash(tree), tree, default);
                await writer.FlushAsync(default);
            }
            foreach (Snapshot snapshot in Make(Sha256.Hash(tree)))
            {
                await repository.SaveSnapshotAsync(snapshot, default);
            }
            Snapshots = await repository.ListSnapshotsAsync(default);
        }

        public ValueTask DisposeAsync()
        {
            Restic.Dispose();
            directory.Dispose();
            return ValueTask.CompletedTask;
        }

        private static IEnumerable<Snapshot> Make(Id tree)
        {
            var random = new Random(11);
            DateTimeOffset time = new(2019, 12, 28, 22, 10, 0, TimeSpan.Zero);
            string[][] tags =
            [
                [],
                ["daily"],
                ["daily", "special"],
                ["special"],
            ];
            for (int i = 0; i < 120; i++)
            {
                // Never the same second twice: restic's order of equal times is chance.
                time += TimeSpan.FromMinutes(random.Next(4) == 0 ? random.Next(1, 60_000) : random.Next(1, 2_000));
                TimeSpan offset = TimeSpan.FromHours(random.Next(-2, 3) * (i % 3 == 0 ? 1 : 0));
                yield return new Snapshot
                {
                    Time = time.ToOffset(offset),
                    Tree = tree,
                    Hostname = random.Next(3) == 0 ? "other" : "host",
                    Paths = random.Next(4) == 0 ? ["/b", "/a"] : ["/a"],
                    Tags = tags[random.Next(tags.Length)],
                };
            }
        }
    }
}
