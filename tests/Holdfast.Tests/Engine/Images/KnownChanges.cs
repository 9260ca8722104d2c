using Holdfast.Engine.Images;

namespace Holdfast.Tests.Engine.Images;

/// <summary>Changes that somebody made and remembers; none when there are none.</summary>
internal sealed class KnownChanges(IReadOnlyList<(long Start, long End)> ranges) : IImageChanges
{
    public long NextChange(long offset) =>
        ranges
            .Where(range => range.End > Math.Max(offset, range.Start))
            .Select(range => Math.Max(offset, range.Start))
            .DefaultIfEmpty(long.MaxValue)
            .Min();
}
