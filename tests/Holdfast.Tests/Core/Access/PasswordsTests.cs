using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Engine.Crypto;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class PasswordsTests : IDisposable
{
    private readonly Passwords passwords = new(new ScryptCost(16, 8, 1));

    public void Dispose() => passwords.Dispose();

    [Theory]
    [InlineData("12345678")]
    [InlineData("pässwörd ☃ 🂡🂡🂡")]
    [InlineData("  spaces count  ")]
    public async Task Only_the_password_itself_verifies(string password)
    {
        string hash = await passwords.HashAsync(password, CancellationToken.None);
        Assert.DoesNotContain(password, hash, StringComparison.Ordinal);
        Assert.True(await passwords.VerifyAsync(password, hash, CancellationToken.None));
        foreach (string other in new[] { password + " ", password[1..], password.ToUpperInvariant() + "x", "" })
        {
            Assert.False(await passwords.VerifyAsync(other, hash, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Two_hashes_of_a_password_differ() =>
        Assert.NotEqual(
            await passwords.HashAsync("12345678", CancellationToken.None),
            await passwords.HashAsync("12345678", CancellationToken.None)
        );

    [Fact]
    public async Task Nobody_has_no_password()
    {
        Assert.False(await passwords.VerifyAsync("12345678", null, CancellationToken.None));
        Assert.False(await passwords.VerifyAsync("", null, CancellationToken.None));
    }

    [Fact]
    public async Task A_hash_of_an_older_cost_still_verifies()
    {
        using Passwords older = new(new ScryptCost(2, 1, 1));
        string hash = await older.HashAsync("12345678", CancellationToken.None);
        Assert.True(await passwords.VerifyAsync("12345678", hash, CancellationToken.None));
    }

    [Fact]
    public async Task The_cost_is_that_of_a_password_store()
    {
        using Passwords usual = new();
        Assert.StartsWith(
            "scrypt:32768:8:1:",
            await usual.HashAsync("12345678", CancellationToken.None),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Length_is_counted_in_characters(int length, bool good)
    {
        foreach (string one in new[] { "x", "é", "🂡" })
        {
            string password = string.Concat(Enumerable.Repeat(one, length));
            if (good)
            {
                Passwords.Check(password);
            }
            else
            {
                Assert.Equal(
                    ServiceErrorKind.Invalid,
                    Assert.Throws<ServiceError>(() => Passwords.Check(password)).Kind
                );
            }
        }
    }
}
