using System.Globalization;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;
using Holdfast.Engine.Restore;
using Xunit;

namespace Holdfast.Tests.Engine.Restore;

public sealed class RestoreTallyTests
{
    [Fact]
    public void DamageIsToldHoweverManyOtherErrorsCameFirst()
    {
        var tally = new RestoreTally();
        var root = Place.Root();
        for (int i = 0; i < RestoreReport.ErrorsKept + 5; i++)
        {
            string name = i.ToString(CultureInfo.InvariantCulture);
            tally.Fail(root, Encoding.ASCII.GetBytes(name), EngineErrorKind.Files, "immutable");
        }
        tally.Fail(root, "lost"u8, EngineErrorKind.Damaged, "a blob is gone");

        RestoreReport report = tally.ToReport();

        Assert.Equal(RestoreReport.ErrorsKept + 6, report.ErrorCount);
        Assert.Equal(1, report.DamagedCount);
        Assert.Equal(RestoreReport.ErrorsKept, report.Errors.Count);
        Assert.Equal(new RestoreItemError("/lost", EngineErrorKind.Damaged, "a blob is gone"), report.Errors[0]);
        EngineError error = Assert.IsType<EngineError>(report.ToError());
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.Contains("/lost: a blob is gone; and more", error.Message, StringComparison.Ordinal);
    }
}
