using System.Diagnostics;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Files;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Core.Services;

public sealed class IdentityFirstStartTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Admin = new("", "", new HashSet<string> { "admin" }, "req");

    private readonly LocalIdentity identity = new();

    private string AdminFile => Openrc.PathOf(identity.Options, "admin");

    public ValueTask DisposeAsync() => identity.DisposeAsync();

    [Fact]
    public async Task The_administrator_logs_in_with_the_configured_password_and_no_file_has_it()
    {
        await using ServiceProvider node = await identity.StartAsync();
        TokenDetails details = await LoginAsync(node, LocalIdentity.AdminPassword);
        Assert.Equal("admin", details.Token.Project!.Name);
        Assert.Equal(["admin", "member", "reader"], details.Roles.Select(role => role.Name));
        Assert.False(File.Exists(AdminFile));
    }

    [Fact]
    public async Task A_made_password_is_in_a_file_of_the_owners_that_a_shell_can_source()
    {
        identity.Options = identity.Options with { AdminPassword = null, Region = "it's \"here\" $HOME" };
        await using ServiceProvider node = await identity.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AdminFile));
        Assert.Equal(LocalIdentity.PublicUrl + "/identity/v3", Sourced("OS_AUTH_URL"));
        Assert.Equal(identity.Options.Region, Sourced("OS_REGION_NAME"));
        Assert.Equal("default", Sourced("OS_USER_DOMAIN_ID"));
        Assert.Equal("default", Sourced("OS_PROJECT_DOMAIN_ID"));
        Assert.Equal("admin", Sourced("OS_PROJECT_NAME"));
        Assert.NotNull(await LoginAsync(node, Sourced("OS_PASSWORD")));
        Assert.Equal(Sourced("OS_PASSWORD"), Openrc.ReadPassword(identity.Options, "admin"));
    }

    [Fact]
    public void A_password_is_read_from_the_file_as_the_shell_reads_it()
    {
        Assert.Null(Openrc.ReadPassword(identity.Options, "admin"));
        const string password = "it's \"odd\" $HOME";
        Openrc.Write(identity.Options, "admin", password);
        Assert.Equal(password, Openrc.ReadPassword(identity.Options, "admin"));
        Assert.Equal(password, Sourced("OS_PASSWORD"));
    }

    [Fact]
    public async Task A_second_start_changes_nothing()
    {
        identity.Options = identity.Options with { AdminPassword = null };
        await using ServiceProvider first = await identity.StartAsync();
        string password = Sourced("OS_PASSWORD");
        identity.Options = identity.Options with { AdminPassword = "another password" };
        await using ServiceProvider second = await identity.StartAsync();
        Assert.NotNull(await LoginAsync(second, password));
        Assert.Single(await second.GetRequiredService<IdentityUsers>().ListAsync(Admin, new UserFilter(), None));
    }

    [Fact]
    public async Task Nodes_that_start_together_make_one_administrator()
    {
        identity.Options = identity.Options with { AdminPassword = null };
        await identity.Catalog.MigrateAsync(None);
        await using ServiceProvider node = identity.AddTo(new ServiceCollection()).BuildServiceProvider();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => identity.StartAsync(node))));
        Assert.NotNull(await LoginAsync(node, Sourced("OS_PASSWORD")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_node_that_another_overtook_leaves_no_file_but_the_others(bool oneDirectory)
    {
        identity.Options = identity.Options with { AdminPassword = null };
        using TemporaryDirectory other = new();
        CoreOptions options = oneDirectory ? identity.Options : identity.Options with { DataDirectory = other.Path };
        await identity.Catalog.MigrateAsync(None);
        ServiceProvider? winner = null;
        OvertakenCatalog catalog = new(
            identity.Catalog,
            async () =>
            {
                Assert.NotNull(Openrc.ReadPassword(options, "admin"));
                winner = await identity.StartAsync();
            }
        );
        await new IdentityFirstStart(
            new IdentityCatalog(catalog, TimeProvider.System),
            LocalIdentity.CheapPasswords,
            options
        ).RunAsync(None);

        Assert.Equal(oneDirectory, File.Exists(Openrc.PathOf(options, "admin")));
        Assert.NotNull(await LoginAsync(winner!, Sourced("OS_PASSWORD")));
        await winner!.DisposeAsync();
    }

    [Fact]
    public async Task A_password_that_is_too_short_is_refused_and_nothing_is_made()
    {
        identity.Options = identity.Options with { AdminPassword = "short" };
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(identity.StartAsync);
        Assert.Contains("8 to 128", error.Message, StringComparison.Ordinal);
        identity.Options = identity.Options with { AdminPassword = LocalIdentity.AdminPassword };
        await using ServiceProvider node = await identity.StartAsync();
        Assert.NotNull(await LoginAsync(node, LocalIdentity.AdminPassword));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_leaves_no_administrator_without_a_password()
    {
        identity.Options = identity.Options with { AdminPassword = null };
        Directory.CreateDirectory(AdminFile);
        await Assert.ThrowsAnyAsync<Exception>(identity.StartAsync);
        Directory.Delete(AdminFile);
        await using ServiceProvider node = await identity.StartAsync();
        Assert.NotNull(await LoginAsync(node, Sourced("OS_PASSWORD")));
    }

    private static async Task<TokenDetails> LoginAsync(IServiceProvider node, string password) =>
        (
            await node.GetRequiredService<IdentityLogins>()
                .WithPasswordAsync(
                    new IdentityReference(null, "admin", DefaultDomain.Id, null),
                    password,
                    new LoginScope(LoginScopeKind.Default),
                    null,
                    None
                )
        ).Details;

    private string Sourced(string variable)
    {
        using Process shell = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", $". '{AdminFile}' && printf %s \"${variable}\""])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        string value = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return value;
    }

    /// <summary>Each write comes into conflict once: it is rolled back, another is faster, and it runs again.</summary>
    private sealed class OvertakenCatalog(ICatalog inner, Func<Task> overtake) : ICatalog
    {
        public Task MigrateAsync(CancellationToken cancellationToken) => inner.MigrateAsync(cancellationToken);

        public Task<SchemaVersion> SchemaAsync(CancellationToken cancellationToken) =>
            inner.SchemaAsync(cancellationToken);

        public Task<T> ReadAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
            inner.ReadAsync(work, cancellationToken);

        public async Task<T> WriteAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken)
        {
            await Assert.ThrowsAsync<TimeoutException>(() =>
                inner.WriteAsync<T>(
                    async session =>
                    {
                        await work(session);
                        throw new TimeoutException("rolled back");
                    },
                    cancellationToken
                )
            );
            await overtake();
            return await inner.WriteAsync(work, cancellationToken);
        }

        public Task<T> ClaimAsync<T>(Func<ICatalogSession, Task<T>> work, CancellationToken cancellationToken) =>
            WriteAsync(work, cancellationToken);

        // The catalog itself is its maker's.
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
