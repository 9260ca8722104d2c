using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>What counts as a failed sign-in, and as whose.</summary>
public sealed class KeystoneSignInTests : IAsyncLifetime
{
    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());
    private ScriptedKeystone keystone = null!;
    private KeystoneTokenValidator validator = null!;
    private KeystoneSignIn signIn = null!;

    public async ValueTask InitializeAsync()
    {
        keystone = await ScriptedKeystone.StartAsync();
        validator = new KeystoneTokenValidator(keystone.Options, time, NullLogger<KeystoneTokenValidator>.Instance);
        signIn = new KeystoneSignIn(keystone.Options, validator, time);
    }

    public async ValueTask DisposeAsync()
    {
        signIn.Dispose();
        validator.Dispose();
        await keystone.DisposeAsync();
    }

    [Fact]
    public async Task A_keystone_that_is_away_is_nobodys_failure()
    {
        Answer(503);
        for (int tried = 0; tried < 2 * LoginAllowance.UserAtAddress.Burst; tried++)
        {
            Assert.Equal(ServiceErrorKind.Unavailable, await RefusalAsync("somebody"));
        }
    }

    [Fact]
    public async Task A_name_is_the_same_in_any_case()
    {
        Answer(401);
        for (int tried = 0; tried < LoginAllowance.UserAtAddress.Burst; tried++)
        {
            Assert.Equal(
                ServiceErrorKind.Unauthenticated,
                await RefusalAsync(tried % 2 == 0 ? "somebody" : "SomeBody")
            );
        }
        Assert.Equal(ServiceErrorKind.TooManyRequests, await RefusalAsync("SOMEBODY"));
        Assert.Equal(ServiceErrorKind.Unauthenticated, await RefusalAsync("somebody else"));
    }

    private void Answer(int status) =>
        keystone.Login = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };

    private async Task<ServiceErrorKind> RefusalAsync(string user) =>
        (
            await Assert.ThrowsAsync<ServiceError>(() =>
                signIn.WithPasswordAsync(user, null, "guessed", "192.0.2.1", CancellationToken.None)
            )
        ).Kind;
}
