using System.Security.Cryptography;
using Holdfast.Core.Access;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class SignedTokenTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(SignedToken.KeySize);

    private static readonly TokenClaims Claims = new(
        Guid.NewGuid(),
        Guid.NewGuid(),
        LoginMethods.Password | LoginMethods.Token,
        IdentityId.New(),
        IdentityId.New(),
        DateTimeOffset.FromUnixTimeSeconds(1_800_000_000),
        DateTimeOffset.FromUnixTimeSeconds(1_800_003_600),
        7,
        int.MaxValue
    );

    [Fact]
    public void Claims_are_read_as_they_were_written()
    {
        string text = SignedToken.Write(Claims, 42, Key);
        Assert.Equal(42, SignedToken.KeyIdOf(text));
        Assert.Equal(Claims, SignedToken.Read(text, Key));
        TokenClaims bare = Claims with { Chain = null, ProjectId = null };
        Assert.Equal(bare, SignedToken.Read(SignedToken.Write(bare, 1, Key), Key));
    }

    [Fact]
    public void A_token_fits_a_header_and_a_url()
    {
        string text = SignedToken.Write(Claims, 42, Key);
        Assert.True(text.Length < 200);
        Assert.Equal(text, Uri.EscapeDataString(text));
    }

    [Fact]
    public void Any_other_character_anywhere_is_refused()
    {
        string text = SignedToken.Write(Claims, 42, Key);
        for (int at = 0; at < text.Length; at++)
        {
            foreach (char other in "AZaz09-_ \n=+/é\0")
            {
                if (other != text[at])
                {
                    Assert.Null(SignedToken.Read(text[..at] + other + text[(at + 1)..], Key));
                }
            }
            Assert.Null(SignedToken.Read(text[..at], Key));
            Assert.Null(SignedToken.Read(text.Insert(at, "A"), Key));
        }
    }

    [Fact]
    public void Another_key_is_refused()
    {
        string text = SignedToken.Write(Claims, 42, Key);
        Assert.Null(SignedToken.Read(text, RandomNumberGenerator.GetBytes(SignedToken.KeySize)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gAAAAABl")]
    [InlineData("ééé")]
    public void What_is_no_token_names_no_key(string text) => Assert.Null(SignedToken.KeyIdOf(text));

    [Fact]
    public void What_is_as_long_as_a_token_names_no_key()
    {
        Assert.Null(SignedToken.KeyIdOf(new string('A', 168)));
        Assert.Null(SignedToken.KeyIdOf(new string('é', 168)));
        Assert.Null(SignedToken.KeyIdOf(new string(' ', 168)));
    }
}
