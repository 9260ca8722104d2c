using Holdfast.Engine;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;
using Holdfast.Testing.Files;
using Xunit;

namespace Holdfast.Tests.Engine.Copying;

/// <summary>A tenant changes the share that is copied as fast as he can: what is outside is not even opened.</summary>
public sealed class RacingTenantTests
{
    private const int Copies = 20;

    /// <summary>Copies in all, should the tenant's threads get no processor while the first ones are made.</summary>
    private const int MostCopies = 1000;

    [Fact]
    public void NothingOutsideIsReadByACopy()
    {
        using var directory = new TemporaryDirectory();
        string share = directory.Make("share");
        using var canaries = new Canaries(share);
        Bait[] baits = [Bait.Symlink, Bait.Symlink, Bait.Fifo, Bait.EmptyDirectory, Bait.EmptyFile];
        long leftOut = 0;
        using (var tenant = new RacingTenant(share, canaries.Outside, baits))
        {
            for (int run = 0; run < Copies || (leftOut == 0 && run < MostCopies); run++)
            {
                leftOut += Run(share, directory.Make($"copy-{run}")).LeftOut;
            }
            Assert.True(tenant.Changes > Copies, $"{tenant.Changes} changes");
        }
        canaries.AssertUntouched();
        Assert.True(leftOut > 0, "Nothing changed under any copy.");
        Assert.Equal(0, Run(share, directory.Make("last")).LeftOut);
        TreeComparer.AssertEqual(share, directory["last"]);
    }

    private static CopyReport Run(string share, string target)
    {
        using DirectoryPool from = Open(share);
        using DirectoryPool to = Open(target);
        var copy = new TreeCopy(from, to);
        copy.Run(default);
        return copy.Report;
    }

    private static DirectoryPool Open(string path) => DirectoryPool.Beneath(DirectoryHandle.Open(path));
}
