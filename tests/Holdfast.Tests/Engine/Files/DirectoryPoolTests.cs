using System.Globalization;
using System.Text;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Files;

public sealed class DirectoryPoolTests
{
    /// <summary>A process may have no more than 1,024 descriptors, and needs others too.</summary>
    [Fact]
    public void OfManyDirectoriesAQuarterOfTheUsualLimitStaysOpen()
    {
        using var directory = new TemporaryDirectory();
        using DirectoryPool pool = DirectoryPool.Beneath(DirectoryHandle.Open(directory.Path));
        var places = new List<Place>();
        for (int i = 0; i < 300; i++)
        {
            string name = i.ToString(CultureInfo.InvariantCulture);
            directory.Make(name);
            var place = new Place(pool.Root, Encoding.ASCII.GetBytes(name));
            places.Add(place);
            Assert.Equal(Errno.None, pool.TryRent(place, out DirectoryPool.Lease lease));
            lease.Dispose();
        }
        Assert.Equal(256, places.Count(place => place.Open is not null));
    }
}
