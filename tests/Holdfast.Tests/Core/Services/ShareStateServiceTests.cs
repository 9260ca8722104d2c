using Holdfast.Core;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>Calls that want one share at once: each change is whole, and whoever comes second is told why not.</summary>
public sealed class ShareStateServiceTests : IAsyncLifetime
{
    private const int Callers = 8;

    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() => core = await CoreFixture.MakeAsync(Rows.Share("s1"));

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Of_many_who_extend_to_one_size_one_does()
    {
        ServiceError?[] ends = await AtOnceAsync(_ => ExtendAsync(5));
        Assert.Single(ends, end => end is null);
        Assert.All(ends.OfType<ServiceError>(), end => Assert.Contains("must be greater", end.Message));
        Assert.Equal(5, (await ShareAsync()).Size);
    }

    [Fact]
    public async Task A_backup_has_the_size_that_the_share_had_when_it_began()
    {
        ServiceError?[] ends = await AtOnceAsync(n => n % 2 == 0 ? BackUpAsync() : ExtendAsync(5));
        Assert.Single(ends.Where((_, n) => n % 2 == 0), end => end is null);
        Operation queued = Assert.Single(await core.QueuedAsync());
        Share share = await ShareAsync();
        // After the backup began nobody extends, so that the two always agree.
        Assert.Equal(
            (ShareStatus.BackupCreating, share.Size),
            (share.Status, (await core.Catalog.BackupAsync(queued.BackupId!))!.Size)
        );
    }

    [Fact]
    public async Task A_share_goes_into_the_bin_or_is_backed_up()
    {
        ServiceError?[] ends = await AtOnceAsync(n =>
            n % 2 == 0 ? BackUpAsync() : core.RecycleBin.SoftDeleteAsync(CoreFixture.Member, "s1", default)
        );
        Assert.Single(ends, end => end is null);
        Share share = await ShareAsync();
        Assert.Equal(share.Status == ShareStatus.BackupCreating, share.ScheduledToBeDeletedAt is null);
    }

    [Fact]
    public async Task Under_a_running_backup_a_share_keeps_its_size_and_stays()
    {
        await BackUpAsync();
        Operation running = (await core.ClaimAsync())!;
        Assert.Equal(ServiceErrorKind.Invalid, (await EndAsync(ExtendAsync(5)))!.Kind);
        Assert.Equal(
            ServiceErrorKind.Invalid,
            (await EndAsync(core.ShareStates.ShrinkAsync(CoreFixture.Member, "s1", 1, default)))!.Kind
        );
        foreach (
            Task call in new[]
            {
                core.Shares.DeleteAsync(CoreFixture.Member, "s1", default),
                core.Shares.ForceDeleteAsync(CoreFixture.Admin, "s1", default),
                core.RecycleBin.SoftDeleteAsync(CoreFixture.Member, "s1", default),
                core.ManagedShares.UnmanageAsync(CoreFixture.Admin, "s1", default),
            }
        )
        {
            Assert.Equal(ServiceErrorKind.Forbidden, (await EndAsync(call))!.Kind);
        }
        Assert.True(await core.Queue.SucceedAsync(running, (_, _) => Task.CompletedTask, default));
    }

    [Fact]
    public async Task A_share_that_is_being_made_is_deleted_by_force_and_its_maker_ends_nothing()
    {
        NewShare request = new("NFS", 1, null, null, false, null, null, new Dictionary<string, string>());
        Share made = await core.Shares.CreateAsync(CoreFixture.Member, request, default);
        Operation making = (await core.ClaimAsync())!;
        await core.Shares.ForceDeleteAsync(CoreFixture.Admin, made.Id, default);

        Assert.False(await core.Queue.SucceedAsync(making, (_, _) => Task.CompletedTask, default));
        Assert.Equal(ShareStatus.Deleting, (await core.Catalog.ShareAsync(made.Id))!.Status);
        // The directory is its maker's until that has let go of it.
        Assert.Null(await core.ClaimAsync());
        await core.Queue.LetGoAsync(making, default);
        Assert.Equal(OperationKind.DeleteShare, (await core.ClaimAsync())!.Kind);
    }

    private Task ExtendAsync(int size) =>
        core.ShareStates.ExtendAsync(CoreFixture.Member, "s1", size, force: false, default);

    private Task<Backup> BackUpAsync() =>
        core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);

    private async Task<Share> ShareAsync() => (await core.Catalog.ShareAsync("s1"))!;

    private static Task<ServiceError?[]> AtOnceAsync(Func<int, Task> call) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(n => Task.Run(() => EndAsync(call(n)))));

    /// <returns>What refused it; null when it was done.</returns>
    private static async Task<ServiceError?> EndAsync(Task call)
    {
        try
        {
            await call;
            return null;
        }
        catch (ServiceError refused)
        {
            return refused;
        }
    }
}
