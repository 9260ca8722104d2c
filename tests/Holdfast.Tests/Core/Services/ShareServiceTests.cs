using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class ShareServiceTests : IAsyncLifetime
{
    private CoreFixture core = null!;

    public async ValueTask InitializeAsync() =>
        core = await CoreFixture.MakeAsync(
            Rows.Share("s1"),
            Rows.Share("public") with
            {
                ProjectId = Rows.Stranger,
                IsPublic = true,
            },
            Rows.Share("foreign") with
            {
                ProjectId = Rows.Stranger,
            },
            Rows.Share("adopted") with
            {
                Adopted = true,
            }
        );

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task Creating_queues_the_making_of_the_directory()
    {
        Share made = await core.Shares.CreateAsync(CoreFixture.Member, Request() with { Protocol = "nfs" }, default);
        Assert.Equal(
            (ShareStatus.Creating, "NFS", "default", "local", made.Id),
            (made.Status, made.Protocol, made.ShareTypeName, made.Root, made.Path)
        );
        Share read = (await core.Catalog.ShareAsync(made.Id))!;
        Assert.Equal(made with { Metadata = read.Metadata, ExtraSpecs = read.ExtraSpecs }, read);
        Assert.Equal("v", read.Metadata["k"]);
        Assert.Equal(made.ExtraSpecs, read.ExtraSpecs);
        Operation operation = Assert.Single(await core.QueuedAsync());
        Assert.Equal(
            (OperationKind.CreateShare, made.Id, "local"),
            (operation.Kind, operation.ShareId, operation.Root)
        );
    }

    [Fact]
    public async Task A_public_share_is_an_administrators_to_make()
    {
        await RefusesAsync(ServiceErrorKind.Forbidden, "Access was denied", Create(Request() with { IsPublic = true }));
        Assert.True(
            (await core.Shares.CreateAsync(CoreFixture.Admin, Request() with { IsPublic = true }, default)).IsPublic
        );
    }

    [Fact]
    public async Task What_cannot_be_a_share()
    {
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "Invalid share protocol provided: floppy.",
            Create(Request() with { Protocol = "floppy" })
        );
        await RefusesAsync(ServiceErrorKind.Invalid, "greater than 0", Create(Request() with { Size = 0 }));
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "'name' has more than 255",
            Create(Request() with { Name = new('n', 256) })
        );
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "Availability zone mars could not be found.",
            Create(Request() with { AvailabilityZone = "mars" })
        );
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "Share type not found.",
            Create(Request() with { ShareType = "gold" })
        );
        Assert.Empty(await core.QueuedAsync());
    }

    [Fact]
    public async Task Anothers_share_is_read_only_when_public()
    {
        Assert.Equal("public", (await core.Shares.GetAsync(CoreFixture.Reader, "public", default)).Id);
        Assert.Equal("foreign", (await core.Shares.GetAsync(CoreFixture.Admin, "foreign", default)).Id);
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "The resource could not be found.",
            () => core.Shares.GetAsync(CoreFixture.Member, "foreign", default)
        );
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "The resource could not be found.",
            () => core.Shares.ExportLocationsAsync(CoreFixture.Member, "foreign", default)
        );
        await RefusesAsync(ServiceErrorKind.Forbidden, "Access was denied", Delete("public"));
        await RefusesAsync(ServiceErrorKind.NotFound, "could not be found", Delete("foreign"));
    }

    [Fact]
    public async Task A_share_with_backups_stays()
    {
        await core.Catalog.AddBackupsAsync(
            Rows.Backup("b1", "s1", BackupStatus.Error) with
            {
                ProjectId = Rows.Stranger,
            }
        );
        await RefusesAsync(
            ServiceErrorKind.Forbidden,
            "Invalid share: Share still has 1 dependent backups.",
            Delete("s1")
        );
        await RefusesAsync(
            ServiceErrorKind.Forbidden,
            "Share 's1' can not be unmanaged because it has '1' dependent backup(s).",
            () => core.ManagedShares.UnmanageAsync(CoreFixture.Admin, "s1", default)
        );
    }

    [Theory]
    [InlineData("available", true)]
    [InlineData("error", true)]
    [InlineData("error_deleting", true)]
    [InlineData("backup_restoring_error", true)]
    [InlineData("creating", false)]
    [InlineData("backup_creating", false)]
    [InlineData("deleting", false)]
    public async Task Only_a_share_at_rest_is_deleted(string status, bool accepted)
    {
        await core.Catalog.AddSharesAsync(Rows.Share("s2", status));
        if (accepted)
        {
            await core.Shares.DeleteAsync(CoreFixture.Member, "s2", default);
            Assert.Equal(ShareStatus.Deleting, (await core.Catalog.ShareAsync("s2"))!.Status);
            Assert.Equal(OperationKind.DeleteShare, Assert.Single(await core.QueuedAsync()).Kind);
        }
        else
        {
            await RefusesAsync(ServiceErrorKind.Forbidden, "Invalid share: Share status must be one of", Delete("s2"));
        }
    }

    [Fact]
    public async Task An_adopted_share_is_not_deleted_but_unmanaged()
    {
        await RefusesAsync(ServiceErrorKind.Forbidden, "unmanage it instead", Delete("adopted"));
        await core.ManagedShares.UnmanageAsync(CoreFixture.Admin, "adopted", default);
        Assert.Null(await core.Catalog.ShareAsync("adopted"));
        Assert.Empty(await core.QueuedAsync());
    }

    [Fact]
    public async Task A_share_at_work_is_not_unmanaged()
    {
        await core.Catalog.AddSharesAsync(Rows.Share("s2", ShareStatus.BackupRestoring));
        await RefusesAsync(
            ServiceErrorKind.Forbidden,
            "Share with transitional state can not be unmanaged. Share 's2' is in 'backup_restoring' state.",
            () => core.ManagedShares.UnmanageAsync(CoreFixture.Admin, "s2", default)
        );
    }

    [Fact]
    public async Task Permission_comes_before_state()
    {
        Task Forbidden(Func<Task> call) => RefusesAsync(ServiceErrorKind.Forbidden, "Access was denied", call);
        ManagedShare managed = new("NFS", "/nowhere", null, null, false, null, null, null);
        await Forbidden(() => core.Shares.CreateAsync(CoreFixture.Reader, Request() with { Size = 0 }, default));
        await Forbidden(() => core.Shares.DeleteAsync(CoreFixture.Reader, "none", default));
        await Forbidden(() => core.ManagedShares.ManageAsync(CoreFixture.Member, managed, default));
        await Forbidden(() => core.ManagedShares.UnmanageAsync(CoreFixture.Member, "none", default));
        await Forbidden(() => core.ShareStates.ResetStatusAsync(CoreFixture.Member, "none", "error", default));
        await Forbidden(() => core.Shares.ListAsync(CoreFixture.Nobody, new(), default));
    }

    [Fact]
    public async Task Resetting_ends_the_operation_and_frees_its_backup()
    {
        Backup backup = await core.Backups.CreateAsync(CoreFixture.Member, new("s1", null, null, null, null), default);
        Operation claimed = (await core.ClaimAsync())!;
        await core.ShareStates.ResetStatusAsync(CoreFixture.Admin, "s1", "error", default);
        Assert.Equal(ShareStatus.Error, (await core.Catalog.ShareAsync("s1"))!.Status);
        Assert.Equal(BackupStatus.Error, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.False(await core.Queue.SucceedAsync(claimed, (_, _) => Task.CompletedTask, default));
        await RefusesAsync(
            ServiceErrorKind.NotFound,
            "The resource could not be found.",
            () => core.ShareStates.ResetStatusAsync(CoreFixture.Admin, "none", "error", default)
        );
    }

    [Fact]
    public async Task Lists_are_the_callers_with_public_ones_when_asked()
    {
        Assert.Equal(["adopted", "s1"], await ListAsync(CoreFixture.Member, new()));
        Assert.Equal(["adopted", "s1"], await ListAsync(CoreFixture.Member, new() { AllProjects = true }));
        Assert.Equal(["adopted", "public", "s1"], await ListAsync(CoreFixture.Member, new() { IncludePublic = true }));
        Assert.Equal(4, (await ListAsync(CoreFixture.Admin, new() { AllProjects = true })).Count);
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "sort key is 'bogus'",
            () => ListAsync(CoreFixture.Member, new() { Page = new(SortKey: "bogus") })
        );
    }

    [Fact]
    public async Task Managing_adopts_a_directory_as_it_is()
    {
        string directory = core.Directory.Make("shares/data/old");
        await File.WriteAllTextAsync(Path.Join(directory, "file"), "kept");
        ManagedShare request = new("NFS", directory, "old", null, false, null, 3, Rows.Stranger);
        Share made = await core.ManagedShares.ManageAsync(CoreFixture.Admin, request, default);
        Assert.Equal(
            (ShareStatus.Available, "local", "data/old", 3, Rows.Stranger, true),
            (made.Status, made.Root, made.Path, made.Size, made.ProjectId, made.Adopted)
        );
        ExportLocation location = Assert.Single(
            await core.Shares.ExportLocationsAsync(CoreFixture.Admin, made.Id, default)
        );
        Assert.Equal("node1:" + directory, location.Path);
        await RefusesAsync(
            ServiceErrorKind.Invalid,
            "another share",
            () => core.ManagedShares.ManageAsync(CoreFixture.Admin, request, default)
        );
        await core.ManagedShares.UnmanageAsync(CoreFixture.Admin, made.Id, default);
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Join(directory, "file")));
    }

    private static NewShare Request() =>
        new("NFS", 1, "name", null, false, null, null, new Dictionary<string, string> { ["k"] = "v" });

    private Func<Task> Create(NewShare request) => () => core.Shares.CreateAsync(CoreFixture.Member, request, default);

    private Func<Task> Delete(string id) => () => core.Shares.DeleteAsync(CoreFixture.Member, id, default);

    private async Task<IReadOnlyList<string>> ListAsync(Holdfast.Core.Access.Caller caller, ShareQuery query)
    {
        List<string> ids = [];
        await foreach (Share row in await core.Shares.ListAsync(caller, query, default))
        {
            ids.Add(row.Id);
        }
        return [.. ids.Order(StringComparer.Ordinal)];
    }

    private static async Task RefusesAsync(ServiceErrorKind kind, string message, Func<Task> call)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(call);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
