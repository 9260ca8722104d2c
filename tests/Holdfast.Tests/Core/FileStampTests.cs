using Holdfast.Core;
using Xunit;

namespace Holdfast.Tests.Core;

public sealed class FileStampTests
{
    [Theory]
    [InlineData(0, 100, "1970-01-01T00:00:00.0000001+00:00")]
    [InlineData(-1, 999_999_999, "1969-12-31T23:59:59.9999999+00:00")]
    [InlineData(long.MaxValue, uint.MaxValue, "9999-12-31T23:59:59.9999999+00:00")]
    [InlineData(long.MinValue, 0, "0001-01-01T00:00:00.0000000+00:00")]
    public void A_file_systems_time_may_be_any(long seconds, uint nanoseconds, string time) =>
        Assert.Equal(time, FileStamp.TimeOf(seconds, nanoseconds).ToString("o"));
}
