using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Scheduling;
using Holdfast.Core.Services;
using Holdfast.Engine;
using Holdfast.Engine.Vault;
using Holdfast.Testing.Core;
using Holdfast.Testing.Objects;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Core.Workers;
using Xunit;

namespace Holdfast.Tests.Core.Keys;

public sealed class MasterKeyRotationTests : IAsyncLifetime
{
    private static readonly string[] Others =
    [
        .. Enumerable.Range(0, 2).Select(n => $"{n}c0000000000000000000000000000cc"),
    ];

    private WorkerFixture core = null!;
    private Share share = null!;
    private Dictionary<string, string> passwords = null!;

    private string KeyFile => Path.Join(core.Options.DataDirectory, "keys", "master.key");

    private string NextFile => KeyFile + ".new";

    public async ValueTask InitializeAsync()
    {
        core = await WorkerFixture.MakeAsync();
        share = await core.ShareAsync();
        await core.BackUpAsync(share);
        foreach (string project in Others)
        {
            await core.Get<Keyring>().GetOrMakeAsync(project, default);
        }
        await TokenKeys(core.Get<MasterKey>()).RotateAsync(default);
        passwords = await PasswordsAsync(core.Get<MasterKey>());
    }

    public ValueTask DisposeAsync() => core.DisposeAsync();

    [Fact]
    public async Task The_new_key_opens_all_that_the_former_did_and_the_former_nothing()
    {
        byte[] former = await File.ReadAllBytesAsync(KeyFile);
        TokenKey signing = await TokenKeys(core.Get<MasterKey>()).SigningAsync(default);
        RotatedMasterKey rotated = await RotateAsync();
        Assert.Equal((3, KeyFile), (rotated.Projects, rotated.File));
        MasterKey now = await LoadedAsync();
        Assert.Equal(passwords, await PasswordsAsync(now));
        Assert.Equal(signing.Secret, (await TokenKeys(now).FindAsync(signing.Id, default))!.Secret);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => PasswordsAsync(core.Get<MasterKey>()));
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);

        Assert.Equal(former, await File.ReadAllBytesAsync(rotated.FormerFile!));
        Assert.NotEqual(former, await File.ReadAllBytesAsync(KeyFile));
        Assert.Equal(2, Directory.EnumerateFiles(Path.GetDirectoryName(KeyFile)!).Count());
        UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal((owner, owner), (File.GetUnixFileMode(KeyFile), File.GetUnixFileMode(rotated.FormerFile!)));
    }

    [Fact]
    public async Task It_touches_nothing_of_the_repositories()
    {
        int before = core.Store.Done.Count;
        await RotateAsync();
        Assert.All(
            core.Store.Done.Skip(before)
                .Where(done => done.Call is StoreCall.Put or StoreCall.Delete or StoreCall.TryCreate),
            done => Assert.StartsWith("keyring/", done.Name, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task It_leaves_a_trace()
    {
        await RotateAsync();
        Assert.Single(
            await core.Catalog.AuditAsync(),
            entry => (entry.Action, entry.ProjectId) == (AuditAction.RotateMasterKey, null)
        );
    }

    /// <summary>Some passwords are wrapped by the new key, others by the former, and only both together open all.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_dies_while_passwords_are_wrapped_has_the_next_call_end_it(bool afterEffect)
    {
        for (int nth = 1; nth <= passwords.Count; nth++)
        {
            core.Store.Fail(StoreCall.Put, afterEffect ? Fault.Unacknowledged : Fault.Permanently, nth);
            await Assert.ThrowsAsync<EngineError>(() => RotateAsync());
            core.Store.Mend();
            string next = await File.ReadAllTextAsync(NextFile);
            ServiceError refused = await Assert.ThrowsAsync<ServiceError>(LoadedAsync);
            Assert.Contains("rotate-master", refused.Detail, StringComparison.Ordinal);

            await RotateAsync();
            Assert.Equal(next, await File.ReadAllTextAsync(KeyFile));
            Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
        }
    }

    /// <summary>The first write of the catalog begins the change, the second decides it.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Whoever_dies_at_a_transaction_has_the_next_call_end_it(int nth, bool afterEffect)
    {
        FaultyCatalog faulty = new(core.Catalog);
        faulty.FailWrite(nth, afterEffect);
        string former = await File.ReadAllTextAsync(KeyFile);
        await Assert.ThrowsAsync<ServiceError>(() => RotateAsync(faulty));
        // Whoever died before its name was changed has left both.
        Assert.Equal(former, await File.ReadAllTextAsync(KeyFile));
        string next = await File.ReadAllTextAsync(NextFile);
        if ((nth, afterEffect) == (1, false))
        {
            Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
        }
        else
        {
            ServiceError refused = await Assert.ThrowsAsync<ServiceError>(LoadedAsync);
            Assert.Contains("rotate-master", refused.Detail ?? refused.Message, StringComparison.Ordinal);
        }

        await RotateAsync();
        Assert.Equal(next, await File.ReadAllTextAsync(KeyFile));
        Assert.False(File.Exists(NextFile));
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
    }

    [Fact]
    public async Task Whoever_dies_between_the_two_names_of_the_former_key_has_the_next_call_end_it()
    {
        FaultyCatalog faulty = new(core.Catalog);
        faulty.FailWrite(2, afterEffect: true);
        await Assert.ThrowsAsync<ServiceError>(() => RotateAsync(faulty));
        string former = await File.ReadAllTextAsync(KeyFile);
        string named = $"{KeyFile}.{VaultKey.Fingerprint(Convert.FromHexString(former.Trim()))[..8]}";
        File.Copy(KeyFile, named);
        Assert.Equal(named, (await RotateAsync()).FormerFile);
        Assert.Equal(former, await File.ReadAllTextAsync(named));
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
    }

    [Fact]
    public async Task A_next_key_that_is_lost_in_the_middle_is_asked_for()
    {
        core.Store.Fail(StoreCall.Put, Fault.Unacknowledged);
        await Assert.ThrowsAsync<EngineError>(() => RotateAsync());
        core.Store.Mend();
        File.Move(NextFile, core.Directory["elsewhere"]);
        EngineError error = await Assert.ThrowsAsync<EngineError>(() => RotateAsync());
        Assert.Equal(EngineErrorKind.Damaged, error.Kind);
        Assert.Contains("opens neither", error.Message, StringComparison.Ordinal);
        File.Move(core.Directory["elsewhere"], NextFile, overwrite: true);
        await RotateAsync();
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
    }

    /// <summary>It would be closed for good: the former key is the catalog's no more.</summary>
    [Fact]
    public async Task A_password_that_the_store_does_not_list_is_wrapped_too()
    {
        core.Store.IsUnlisted = name => name == "keyring/" + Rows.Project;
        await RotateAsync();
        core.Store.Mend();
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
    }

    [Fact]
    public async Task A_key_of_ones_own_is_taken_where_the_new_one_would_be_made()
    {
        string own = new('5', 64);
        await File.WriteAllTextAsync(NextFile, own);
        File.SetUnixFileMode(NextFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await RotateAsync();
        Assert.Equal(own, await File.ReadAllTextAsync(KeyFile));
    }

    [Fact]
    public async Task Where_a_command_prints_the_key_the_new_one_is_in_a_file_of_the_operators()
    {
        File.Copy(KeyFile, core.Directory["vault"]);
        CoreOptions options = core.Options with { MasterKeyCommand = $"cat '{core.Directory["vault"]}'" };
        await RefusesAsync(options, null, "--new-key-file");
        string file = core.Directory["next"];
        await RefusesAsync(options, file, "openssl rand");
        File.Copy(KeyFile, file);
        await RefusesAsync(options, file, "is the master key already");
        await File.WriteAllTextAsync(file, new string('5', 64));

        RotatedMasterKey rotated = await Rotation(options: options).RotateAsync(file, alone: true, default);
        Assert.Equal((file, null), (rotated.File, rotated.FormerFile));
        await Assert.ThrowsAsync<ServiceError>(() => LoadedAsync(options));
        // While the command prints the former key this is a change that has only to be ended.
        await Rotation(options: options).RotateAsync(file, alone: true, default);
        File.Copy(file, core.Directory["vault"], overwrite: true);
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync(options)));
    }

    [Fact]
    public async Task Where_the_key_has_a_file_no_other_is_named() =>
        await RefusesAsync(core.Options, core.Directory["next"], NextFile);

    [Fact]
    public async Task Another_key_than_the_catalogs_is_not_changed()
    {
        await File.WriteAllTextAsync(KeyFile, new string('5', 64));
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => RotateAsync());
        Assert.Contains("is not the one", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(NextFile));
    }

    [Fact]
    public async Task A_node_that_runs_is_seen_and_nothing_changes()
    {
        string before = await File.ReadAllTextAsync(KeyFile);
        await core.Get<NodePresence>().AnnounceAsync(default);
        Task rotating = Rotation().RotateAsync(null, alone: false, default);
        await Eventually.HoldsAsync(
            "the node to be seen",
            async () =>
            {
                core.Time.Advance(TimeSpan.FromSeconds(1));
                await core.Get<NodePresence>().AnnounceAsync(default);
                return rotating.IsCompleted;
            }
        );
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => rotating);
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains("node1", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(KeyFile));
        Assert.Equal(passwords, await PasswordsAsync(await LoadedAsync()));
    }

    [Fact]
    public async Task A_node_that_has_gone_silent_for_a_lease_does_not_run()
    {
        await core.Get<NodePresence>().AnnounceAsync(default);
        Task<RotatedMasterKey> rotating = Rotation().RotateAsync(null, alone: false, default);
        core.Time.Advance(core.Options.Lease + TimeSpan.FromSeconds(1));
        Assert.Equal(3, (await rotating).Projects);
    }

    [Theory]
    [InlineData(Keyring.MakeLease)]
    [InlineData(Keyring.ChangeLease)]
    public async Task Whoever_may_be_writing_a_projects_password_is_waited_for(string lease)
    {
        await core.Catalog.WriteAsync(
            session =>
                session.Leases.TryTakeAsync(lease + Rows.Project, "x", core.Time.GetUtcNow(), TimeSpan.FromMinutes(1)),
            default
        );
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => RotateAsync());
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
        Assert.Contains(Rows.Project, error.Message, StringComparison.Ordinal);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await RotateAsync();
    }

    [Fact]
    public async Task Two_at_once_on_a_shared_catalog_do_not_mix_their_keys()
    {
        await core.Catalog.WriteAsync(
            session =>
                session.Leases.TryTakeAsync("rotate-master-key", "x", core.Time.GetUtcNow(), TimeSpan.FromMinutes(1)),
            default
        );
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            Rotation().RotateAsync(null, alone: false, default)
        );
        Assert.Equal(ServiceErrorKind.Conflict, error.Kind);
    }

    /// <summary>One that was suspended, and has the former key in memory, must not seal anything with it.</summary>
    [Fact]
    public async Task A_node_that_wakes_with_the_former_key_seals_nothing_and_ends()
    {
        await RotateAsync();
        ServiceError ends = await Assert.ThrowsAsync<ServiceError>(() =>
            core.Get<NodePresence>().RunAsync(TestContext.Current.CancellationToken)
        );
        Assert.Equal(ServiceErrorKind.Conflict, ends.Kind);
        ServiceError refused = await Assert.ThrowsAsync<ServiceError>(() =>
            TokenKeys(core.Get<MasterKey>()).RotateAsync(default)
        );
        Assert.Equal(ServiceErrorKind.Unavailable, refused.Kind);

        Caller stranger = CoreFixture.Stranger;
        Share theirs = await core.ShareAsync(owner: stranger);
        Backup backup = await core.Backups.CreateAsync(stranger, new(theirs.Id, "name", null, null, null), default);
        await core.DrainAsync();
        Assert.Equal(BackupStatus.Creating, (await core.Catalog.BackupAsync(backup.Id))!.Status);
        Assert.DoesNotContain(Rows.Stranger, await core.Get<Keyring>().ProjectsAsync(default));
    }

    private Task<RotatedMasterKey> RotateAsync(ICatalog? catalog = null) =>
        Rotation(catalog).RotateAsync(null, alone: true, default);

    private MasterKeyRotation Rotation(ICatalog? catalog = null, CoreOptions? options = null)
    {
        catalog ??= core.Catalog;
        options ??= core.Options;
        MasterKey key = new(catalog, options, core.Time);
        return new MasterKeyRotation(catalog, key, new Keyring(core.Get<Repositories>(), key), options, core.Time);
    }

    private Task<MasterKey> LoadedAsync() => LoadedAsync(core.Options);

    /// <summary>As a node that starts.</summary>
    private async Task<MasterKey> LoadedAsync(CoreOptions options)
    {
        MasterKey key = new(core.Catalog, options, core.Time);
        await key.LoadAsync(default);
        return key;
    }

    private async Task<Dictionary<string, string>> PasswordsAsync(MasterKey key)
    {
        Keyring keyring = new(core.Get<Repositories>(), key);
        Dictionary<string, string> found = [];
        foreach (string project in await keyring.ProjectsAsync(default))
        {
            found[project] = (await keyring.FindAsync(project, default))!;
        }
        return found;
    }

    private TokenKeys TokenKeys(MasterKey key) => new(new IdentityCatalog(core.Catalog, core.Time), key, core.Time);

    private async Task RefusesAsync(CoreOptions options, string? file, string message)
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
            Rotation(options: options).RotateAsync(file, alone: true, default)
        );
        Assert.Equal(ServiceErrorKind.Invalid, error.Kind);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
