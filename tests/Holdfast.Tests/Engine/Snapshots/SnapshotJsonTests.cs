using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Json;
using Holdfast.Engine.Snapshots;
using Xunit;

namespace Holdfast.Tests.Engine.Snapshots;

public sealed class SnapshotJsonTests
{
    private static readonly Id A = Id.Parse(new string('a', 64));
    private static readonly Id B = Id.Parse(new string('b', 64));

    [Fact]
    public void WhatIsEmptyIsLeftOut()
    {
        var snapshot = new Snapshot
        {
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Tree = A,
            Paths = ["/x"],
        };
        Assert.Equal(
            $$"""{"time":"2026-01-02T03:04:05Z","tree":"{{A}}","paths":["/x"]}""",
            Encoding.UTF8.GetString(SnapshotJson.Write(snapshot))
        );
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var snapshot = new Snapshot
        {
            Id = B,
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-3.5)).AddTicks(1_234_567),
            Parent = B,
            Tree = A,
            Paths = ["/a b", "/ü"],
            Hostname = "host",
            Username = "user",
            Uid = 1,
            Gid = 2,
            Excludes = ["*.o"],
            Tags = ["one", "two"],
            Original = A,
            ProgramVersion = "holdfast 1",
            Summary = new SnapshotSummary
            {
                BackupStart = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                BackupEnd = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
                FilesNew = 1,
                DataAddedPacked = long.MaxValue,
            },
        };
        Snapshot read = SnapshotJson.Parse(SnapshotJson.Write(snapshot), B)!;
        Assert.Equivalent(snapshot, read, strict: true);
        Assert.Equal(snapshot.Time.Offset, read.Time.Offset);
    }

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.1Z")]
    [InlineData("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.1234567Z")]
    [InlineData("2026-01-02T03:04:05.000000001Z", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.12+05:30", "2026-01-02T03:04:05.12+05:30")]
    [InlineData("2026-01-02T03:04:05.123456789-11:00", "2026-01-02T03:04:05.1234567-11:00")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    public void TimesAreGos(string read, string written)
    {
        Assert.True(GoTimeJsonConverter.TryParse(read, out DateTimeOffset time));
        Assert.Equal(written, GoTimeJsonConverter.Format(time));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-01-02")]
    [InlineData("2026-01-02 03:04:05Z")]
    [InlineData("2026-13-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05.Z1")]
    public void WhatIsNoTimeIsRefused(string? text) => Assert.False(GoTimeJsonConverter.TryParse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"time\":\"yesterday\"}")]
    [InlineData("{\"time\":\"2026-01-02T03:04:05Z\",\"tree\":\"short\",\"paths\":[]}")]
    [InlineData("{\"time\":\"2026-01-02T03:04:05Z\",\"tree\":null,\"paths\":[]}")]
    public void WhatIsNoSnapshotIsRefused(string json) =>
        Assert.Null(SnapshotJson.Parse(Encoding.UTF8.GetBytes(json), A));
}
