using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

/// <summary>Quotas where they are enforced: in the transactions that make backups and shares.</summary>
public sealed class QuotaRulesTests : IAsyncLifetime
{
    private static readonly Caller Alice = CoreFixture.Member with { UserId = "alice" };
    private static readonly Caller Bob = CoreFixture.Member with { UserId = "bob" };
    private static readonly QuotaScope Project = new(Rows.Project);
    private static readonly ShareType Gold = Rows.Type() with
    {
        Id = "22222222-2222-4222-8222-222222222222",
        Name = "gold",
        IsDefault = false,
    };

    private CoreFixture core = null!;

    public async ValueTask InitializeAsync()
    {
        core = await CoreFixture.MakeAsync();
        await core.Catalog.WriteAsync(session => session.ShareTypes.TryAddAsync(Gold, Rows.Start), default);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task A_project_may_have_ten_backups_unless_told_otherwise()
    {
        for (int i = 0; i < 10; i++)
        {
            await BackUpAsync(i % 2 == 0 ? Alice : Bob);
        }
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (10) exceeded.",
            () => BackUpAsync()
        );

        await SetAsync(Project, QuotaResource.Backups, 11);
        await BackUpAsync();
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (11) exceeded.",
            () => BackUpAsync()
        );

        await SetAsync(Project, QuotaResource.Backups, QuotaResource.Unlimited);
        await BackUpAsync();
    }

    [Fact]
    public async Task Too_large_is_told_before_too_many()
    {
        await SetAsync(Project, QuotaResource.Backups, 1);
        await SetAsync(Project, QuotaResource.BackupGigabytes, 7);
        await BackUpAsync(Alice, size: 5);

        await RefusedAsync(
            "ShareBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. "
                + "Requested 3G, quota is 7G and 5G has been consumed.",
            () => BackUpAsync(Bob, size: 3)
        );
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.",
            () => BackUpAsync(size: 2)
        );
    }

    [Fact]
    public async Task What_is_refused_changes_nothing()
    {
        await SetAsync(Project, QuotaResource.Backups, 0);
        Share share = await AddShareAsync();
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (0) exceeded.",
            () => core.Backups.CreateAsync(Alice, new NewBackup(share.Id, null, null, null, null), default)
        );
        Assert.Equal(ShareStatus.Available, (await core.Catalog.ShareAsync(share.Id))!.Status);
        Assert.Empty(await core.QueuedAsync());
    }

    [Fact]
    public async Task The_class_default_holds_where_a_project_has_no_limit_of_its_own()
    {
        await core.Catalog.WriteAsync(
            session => session.Quotas.SetClassAsync(QuotaRows.DefaultClass, QuotaResource.Backups, 1),
            default
        );
        await BackUpAsync();
        await RefusedAsync("BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.", () => BackUpAsync());
        await SetAsync(Project, QuotaResource.Backups, 2);
        await BackUpAsync();
    }

    [Fact]
    public async Task A_users_limit_bounds_what_they_made()
    {
        await SetAsync(new(Rows.Project, UserId: "alice"), QuotaResource.Backups, 1);
        await BackUpAsync(Bob);
        await BackUpAsync(Alice);
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.",
            () => BackUpAsync(Alice)
        );
        await BackUpAsync(Bob);
    }

    [Fact]
    public async Task A_users_limit_gives_no_more_than_the_project_has()
    {
        await SetAsync(Project, QuotaResource.Backups, 1);
        await SetAsync(new(Rows.Project, UserId: "alice"), QuotaResource.Backups, QuotaResource.Unlimited);
        await BackUpAsync(Bob);
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.",
            () => BackUpAsync(Alice)
        );
    }

    [Fact]
    public async Task A_share_types_limit_bounds_what_is_of_it()
    {
        QuotaScope gold = new(Rows.Project, ShareTypeId: Gold.Id);
        await SetAsync(gold, QuotaResource.Backups, 1);
        await SetAsync(gold, QuotaResource.Gigabytes, 8);
        await BackUpAsync(type: Gold);
        await RefusedAsync(
            "BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.",
            () => BackUpAsync(type: Gold)
        );
        await BackUpAsync();

        // Two of 1 GiB there are.
        await MakeShareAsync(size: 6, type: "gold");
        await RefusedAsync(
            "ShareSizeExceedsAvailableQuota: Requested share exceeds allowed project/user or share type gigabytes quota.",
            () => MakeShareAsync(size: 1, type: "gold")
        );
        await MakeShareAsync(size: 1);
    }

    [Fact]
    public async Task A_backup_of_anothers_public_share_counts_for_whoever_makes_it()
    {
        await SetAsync(Project, QuotaResource.Backups, 1);
        Share share = await AddShareAsync(Rows.Stranger, isPublic: true);
        await core.Backups.CreateAsync(Alice, new NewBackup(share.Id, null, null, null, null), default);
        await RefusedAsync("BackupLimitExceeded: Maximum number of backups allowed (1) exceeded.", () => BackUpAsync());
    }

    [Fact]
    public async Task Shares_are_bounded_in_number_and_size_and_each_by_itself()
    {
        await SetAsync(Project, QuotaResource.Shares, 2);
        await SetAsync(Project, QuotaResource.Gigabytes, 10);
        await SetAsync(Project, QuotaResource.PerShareGigabytes, 6);

        await RefusedAsync(
            "ShareSizeExceedsLimit: Requested share size 7 is larger than maximum allowed limit 6.",
            () => MakeShareAsync(size: 7)
        );
        await MakeShareAsync(size: 6);
        await RefusedAsync(
            "ShareSizeExceedsAvailableQuota: Requested share exceeds allowed project/user or share type gigabytes quota.",
            () => MakeShareAsync(size: 5)
        );
        await MakeShareAsync(size: 4);
        await RefusedAsync(
            "ShareSizeExceedsAvailableQuota: Requested share exceeds allowed project/user or share type gigabytes quota.",
            () => MakeShareAsync(size: 1)
        );
        await SetAsync(Project, QuotaResource.Gigabytes, 11);
        await RefusedAsync(
            "ShareLimitExceeded: Maximum number of shares allowed (2) either per project/user or share type quota is "
                + "exceeded.",
            () => MakeShareAsync(size: 1)
        );
    }

    [Fact]
    public async Task A_share_grows_into_what_is_free()
    {
        Share share = await AddShareAsync();
        await AddShareAsync();
        await SetAsync(Project, QuotaResource.Shares, 0);
        await SetAsync(Project, QuotaResource.Gigabytes, 5);

        await ExtendAsync(share, 4);
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => ExtendAsync(share, 5));
        Assert.Equal(
            (ServiceErrorKind.Forbidden, "Requested share exceeds allowed project/user or share type gigabytes quota."),
            (error.Kind, error.Message)
        );

        await SetAsync(Project, QuotaResource.PerShareGigabytes, 3);
        await RefusedAsync(
            "ShareSizeExceedsLimit: Requested share size 4 is larger than maximum allowed limit 3.",
            () => ExtendAsync(share, 4)
        );
    }

    private Task SetAsync(QuotaScope scope, string resource, int limit) =>
        core.Catalog.WriteAsync(session => session.Quotas.SetAsync(scope, resource, limit), default);

    private Task ExtendAsync(Share share, int size) =>
        core.Catalog.WriteAsync(session => QuotaRules.CheckExtendAsync(session, share, size), default);

    private async Task<Share> AddShareAsync(
        string project = Rows.Project,
        int size = 1,
        ShareType? type = null,
        bool isPublic = false
    )
    {
        Share share = Rows.Share(Guid.NewGuid().ToString()) with
        {
            ProjectId = project,
            Size = size,
            ShareTypeId = (type ?? Rows.Type()).Id,
            IsPublic = isPublic,
        };
        await core.Catalog.AddSharesAsync(share);
        return share;
    }

    private async Task<Backup> BackUpAsync(Caller? caller = null, int size = 1, ShareType? type = null)
    {
        Share share = await AddShareAsync(size: size, type: type);
        return await core.Backups.CreateAsync(
            caller ?? Alice,
            new NewBackup(share.Id, null, null, null, null),
            default
        );
    }

    private Task<Share> MakeShareAsync(int size, string? type = null) =>
        core.Shares.CreateAsync(
            Alice,
            new NewShare("NFS", size, null, null, false, type, null, new Dictionary<string, string>()),
            default
        );

    private static async Task RefusedAsync(string message, Func<Task> call)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(call);
        Assert.Equal((ServiceErrorKind.OverLimit, message), (error.Kind, error.Message));
    }
}
