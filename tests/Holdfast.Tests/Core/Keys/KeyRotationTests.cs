using System.Text.Json.Nodes;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Core.Workers;
using Holdfast.Engine;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class KeyRotationTests : IAsyncLifetime
{
    private WorkerFixture core = null!;
    private Share share = null!;

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        await core.BackUpAsync(share);
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task The_new_password_opens_the_repository_and_the_former_does_not()
    {
        string former = (await PasswordsAsync()).Single();
        Assert.True(await Rotation().RotateAsync(Rows.Project, default));
        string now = (await PasswordsAsync()).Single();
        Assert.NotEqual(former, now);
        using (Restic restic = new(core.Directory["store/" + Rows.Project], now))
        {
            await restic.CheckAsync();
        }
        using (Restic restic = new(core.Directory["store/" + Rows.Project], former))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => restic.RunAsync("snapshots"));
        }
        await core.BackUpAsync(share);
        Assert.Equal(2, (await core.SnapshotsAsync()).Count);
    }

    [Fact]
    public async Task A_key_costs_no_more_than_its_random_password_needs()
    {
        Assert.Equal(1024, Cost());
        await Rotation().RotateAsync(Rows.Project, default);
        Assert.Equal(1024, Cost());

        int Cost() =>
            JsonNode.Parse(
                File.ReadAllText(Directory.GetFiles(core.Directory[$"store/{Rows.Project}/keys"]).Single())
            )!["N"]!.GetValue<int>();
    }

    [Fact]
    public async Task The_export_is_sealed_anew()
    {
        await Rotation().RotateAsync(Rows.Project, default);
        ProjectExport export = (await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default))!;
        Assert.Equal(share.Id, Assert.Single(export.Shares).Id);
    }

    [Fact]
    public async Task A_key_that_somebody_else_added_stays()
    {
        RepositoryOptions options = new();
        string password = (await PasswordsAsync()).Single();
        await core.Get<Repositories>().AddPasswordAsync(Rows.Project, password, "escrow", options, default);
        await Rotation().RotateAsync(Rows.Project, default);
        await using Repository opened = await core.Get<Repositories>()
            .OpenAsync(Rows.Project, "escrow", options, default);
    }

    /// <summary>Whichever write fails: the service goes on with the repository, and the next rotation ends the change.</summary>
    [Theory]
    [InlineData(StoreCall.Put, false)]
    [InlineData(StoreCall.Put, true)]
    [InlineData(StoreCall.Delete, false)]
    [InlineData(StoreCall.Delete, true)]
    public async Task Whoever_dies_in_between_leaves_what_the_keyring_opens(StoreCall call, bool afterEffect)
    {
        Fault fault = afterEffect ? Fault.Unacknowledged : Fault.Permanently;
        for (int nth = 1; ; nth++)
        {
            string former = (await PasswordsAsync())[0];
            core.Store.Fail(call, fault, nth);
            bool died = false;
            try
            {
                await Rotation().RotateAsync(Rows.Project, default);
            }
            catch (EngineError)
            {
                died = true;
            }
            core.Store.Mend();
            Assert.NotNull(await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default));
            await core.BackUpAsync(share);
            Assert.True(await Rotation().RotateAsync(Rows.Project, default));
            Assert.DoesNotContain(former, await PasswordsAsync());
            Assert.Single(await PasswordsAsync());
            Assert.NotNull(await core.Get<ExportStore>().FindLatestAsync(Rows.Project, default));
            EngineError error = await Assert.ThrowsAsync<EngineError>(() =>
                core.Get<Repositories>().OpenAsync(Rows.Project, former, new RepositoryOptions(), default)
            );
            Assert.Equal(EngineErrorKind.WrongPassword, error.Kind);
            if (!died)
            {
                Assert.True(nth > 1);
                return;
            }
        }
    }

    /// <summary>Stopped for longer than its lease, before the keyring has both passwords, the new one alone, or in between.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whoever_stood_still_leaves_the_password_of_another_change(int write)
    {
        string password = "";
        await Overtaken.EndsAsync(
            core,
            write,
            still => Rotation(still).RotateAsync(Rows.Project, default),
            async () =>
            {
                await Rotation().RotateAsync(Rows.Project, default);
                password = Assert.Single(await PasswordsAsync());
            }
        );
        Assert.Equal(password, Assert.Single(await PasswordsAsync()));
        await core.BackUpAsync(share);
    }

    [Fact]
    public async Task A_project_without_a_repository_has_nothing_to_rotate() =>
        Assert.False(await Rotation().RotateAsync(Rows.Stranger, default));

    [Fact]
    public async Task It_leaves_a_trace()
    {
        await Rotation().RotateAsync(Rows.Project, default);
        Assert.Single(
            await core.Catalog.AuditAsync(),
            entry => (entry.Action, entry.ProjectId) == (AuditAction.RotateKey, Rows.Project)
        );
    }

    private Task<IReadOnlyList<string>> PasswordsAsync() => core.Get<Keyring>().FindAllAsync(Rows.Project, default);

    private KeyRotation Rotation(ICatalog? catalog = null) =>
        new(
            catalog ?? core.Catalog,
            core.Get<MasterKey>(),
            core.Get<Keyring>(),
            core.Get<Repositories>(),
            core.Get<ProjectExporter>(),
            core.Options,
            core.Time
        );
}
