using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Model;
using Holdfast.Engine.Crypto;
using Holdfast.Testing;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class LoginGateTests : IAsyncLifetime
{
    private readonly ManualTime time = new();
    private readonly Passwords passwords = new(new ScryptCost(2, 8, 1));
    private LoginGate gate = null!;
    private User user = null!;

    public async ValueTask InitializeAsync()
    {
        gate = new LoginGate(passwords, time);
        user = new User
        {
            Id = IdentityId.New(),
            Name = "u",
            PasswordHash = await passwords.HashAsync("password", CancellationToken.None),
        };
    }

    public ValueTask DisposeAsync()
    {
        passwords.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_address_that_guesses_at_a_user_does_not_keep_the_user_out_elsewhere()
    {
        for (int guess = 0; guess < 1000; guess++)
        {
            await FailsAsync(user, "guess", "1.1.1.1");
        }
        Assert.Equal(ServiceErrorKind.TooManyRequests, await FailsAsync(user, "password", "1.1.1.1"));
        Assert.Same(user, await PassAsync("password", "2.2.2.2"));
    }

    [Fact]
    public async Task A_user_is_guarded_against_many_addresses()
    {
        for (int guess = 0; guess < 100; guess++)
        {
            Assert.Equal(ServiceErrorKind.Unauthenticated, await FailsAsync(user, "guess", $"1.1.1.{guess}"));
        }
        Assert.Equal(ServiceErrorKind.TooManyRequests, await FailsAsync(user, "guess", "2.2.2.2"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(user, await PassAsync("password", "2.2.2.2"));
    }

    [Fact]
    public async Task An_attempt_that_is_refused_for_one_user_costs_the_address_nothing()
    {
        for (int guess = 0; guess < 1000; guess++)
        {
            await FailsAsync(user, "guess", "1.1.1.1");
        }
        User other = user with { Id = IdentityId.New() };
        Assert.Same(other, await gate.PassAsync(other, "o", "password", "1.1.1.1", CancellationToken.None));
    }

    [Fact]
    public async Task Logging_in_again_and_again_is_free()
    {
        for (int login = 0; login < 300; login++)
        {
            Assert.Same(user, await PassAsync("password", "1.1.1.1"));
        }
    }

    [Fact]
    public async Task Guesses_at_once_get_no_more_tries()
    {
        ServiceErrorKind[] kinds = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(_ => Task.Run(() => FailsAsync(user, "guess", "1.1.1.1")))
        );
        Assert.Equal(10, kinds.Count(kind => kind == ServiceErrorKind.Unauthenticated));
    }

    [Fact]
    public async Task A_disabled_user_and_nobody_are_refused_alike()
    {
        Assert.Equal(
            ServiceErrorKind.Unauthenticated,
            await FailsAsync(user with { Enabled = false }, "password", null)
        );
        Assert.Equal(ServiceErrorKind.Unauthenticated, await FailsAsync(null, "password", null));
    }

    [Fact]
    public async Task A_name_that_no_user_can_have_is_refused_and_not_remembered()
    {
        string name = new('n', LoginGate.LongestName + 1);
        for (int guess = 0; guess < 1000; guess++)
        {
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
                gate.PassAsync(null, name, "guess", "1.1.1.1", CancellationToken.None)
            );
            Assert.Equal(ServiceErrorKind.Unauthenticated, error.Kind);
        }
    }

    private Task<User> PassAsync(string password, string address) =>
        gate.PassAsync(user, "u", password, address, CancellationToken.None);

    private async Task<ServiceErrorKind> FailsAsync(User? who, string password, string? address) =>
        (
            await Assert.ThrowsAsync<ServiceError>(() =>
                gate.PassAsync(who, "u", password, address, CancellationToken.None)
            )
        ).Kind;
}
