using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Workers;

public sealed class BackupNotesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void How_a_share_was_held_still_stands_before_whatever_may_be_cut(long errors)
    {
        BackupCommit commit = Commit(errors, new string('x', 2000));
        string text = BackupNotes.News(commit, before: null)!.Value.Text;
        Assert.InRange(
            text.IndexOf("(capture: live)", StringComparison.Ordinal),
            0,
            text.IndexOf("xxx", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Where_there_are_no_notes_nothing_trails()
    {
        string text = BackupNotes.News(Commit(7, notes: null), before: null)!.Value.Text;
        Assert.EndsWith(".", text, StringComparison.Ordinal);
    }

    private static BackupCommit Commit(long errors, string? notes) =>
        new("snapshot", "live", errors, notes, DateTimeOffset.UnixEpoch, IsIncremental: false, ObjectCount: null);
}
