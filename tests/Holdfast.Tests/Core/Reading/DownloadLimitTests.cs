using Holdfast.Core;
using Holdfast.Core.Reading;
using Xunit;

namespace Holdfast.Tests.Core.Reading;

public sealed class DownloadLimitTests
{
    private readonly DownloadLimit limit = new();

    public static TheoryData<Func<DownloadLimit, string, IDisposable>, int> Kinds =>
        new()
        {
            { (limit, project) => limit.Begin(project), DownloadLimit.Most },
            { (limit, project) => limit.BeginLook(project), DownloadLimit.MostLooks },
            { (limit, project) => limit.BeginWatch(project), DownloadLimit.MostWatches },
        };

    /// <summary>So that whoever leaves dashboards open can still look into a backup.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_and_project_has_places_of_its_own(Func<DownloadLimit, string, IDisposable> begin, int most)
    {
        IDisposable[] begun = [.. Enumerable.Range(0, most).Select(_ => begin(limit, "p"))];

        ServiceError refused = Assert.Throws<ServiceError>(() => begin(limit, "p"));
        Assert.Equal(ServiceErrorKind.TooManyRequests, refused.Kind);
        begin(limit, "q").Dispose();
        int free = Kinds.Count(kind => Begins(kind.Data.Item1));
        Assert.Equal(2, free);

        begun[0].Dispose();
        begun[0].Dispose();
        begin(limit, "p");
        Assert.Throws<ServiceError>(() => begin(limit, "p"));
    }

    private bool Begins(Func<DownloadLimit, string, IDisposable> begin)
    {
        try
        {
            begin(limit, "p").Dispose();
            return true;
        }
        catch (ServiceError)
        {
            return false;
        }
    }
}
