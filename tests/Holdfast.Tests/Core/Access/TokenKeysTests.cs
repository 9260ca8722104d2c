using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Holdfast.Testing.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Core.Access;

public sealed class TokenKeysTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly LocalIdentity identity = new();
    private ServiceProvider node = null!;

    private TokenKeys Keys => node.GetRequiredService<TokenKeys>();

    public async ValueTask InitializeAsync() => node = await identity.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_key_signs_until_it_is_old_and_is_kept_until_its_tokens_are_gone()
    {
        TokenKey first = await Keys.SigningAsync(None);
        identity.Time.Advance(TimeSpan.FromDays(29));
        Assert.Equal(first.Id, (await Keys.SigningAsync(None)).Id);
        identity.Time.Advance(TimeSpan.FromDays(1));
        TokenKey second = await Keys.SigningAsync(None);
        Assert.NotEqual(first.Secret, second.Secret);
        Assert.NotNull(await Keys.FindAsync(first.Id, None));

        identity.Time.Advance(TokenKeys.TokenLifetime - TimeSpan.FromSeconds(1));
        await Keys.RotateAsync(None);
        Assert.NotNull(await Keys.FindAsync(first.Id, None));
        identity.Time.Advance(TimeSpan.FromSeconds(1));
        await Keys.RotateAsync(None);
        Assert.Null(await Keys.FindAsync(first.Id, None));
        Assert.NotNull(await Keys.FindAsync(second.Id, None));
    }

    [Fact]
    public async Task Tokens_outlive_a_rotation()
    {
        string token = await LoginAsync(node);
        await Keys.RotateAsync(None);
        await Keys.RotateAsync(None);
        Assert.NotNull(await Validator(node).ValidateAsync(token, None));
    }

    [Fact]
    public async Task Another_node_reads_the_tokens_of_this_one()
    {
        await using ServiceProvider other = await identity.StartAsync();
        Assert.NotNull(await Validator(other).ValidateAsync(await LoginAsync(node), None));
        await Keys.RotateAsync(None);
        Assert.NotNull(await Validator(other).ValidateAsync(await LoginAsync(node), None));
    }

    [Fact]
    public async Task Every_token_ends_at_once_on_all_nodes_and_new_ones_hold()
    {
        await using ServiceProvider other = await identity.StartAsync();
        string[] tokens = [await LoginAsync(node), await LoginAsync(other)];
        foreach (string token in tokens)
        {
            Assert.NotNull(await Validator(node).ValidateAsync(token, None));
            Assert.NotNull(await Validator(other).ValidateAsync(token, None));
        }
        await other.GetRequiredService<TokenKeys>().RevokeAllAsync(None);
        // Not even until the next look may a node sign with what is void.
        string next = await LoginAsync(node);
        identity.Time.Advance(IdentityCatalog.LookEvery);
        foreach (IServiceProvider one in (IServiceProvider[])[node, other])
        {
            Assert.Null(await Validator(one).ValidateAsync(tokens[0], None));
            Assert.Null(await Validator(one).ValidateAsync(tokens[1], None));
            Assert.NotNull(await Validator(one).ValidateAsync(next, None));
        }
        Assert.Single(await identity.Catalog.AuditAsync(), entry => entry.Action == AuditAction.RevokeTokens);
    }

    [Fact]
    public async Task Many_at_once_make_one_key()
    {
        TokenKey[] keys = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => Keys.SigningAsync(None)))
        );
        Assert.Single(keys.Select(key => key.Id).Distinct());
    }

    [Fact]
    public async Task Keys_lie_sealed_in_the_catalog()
    {
        TokenKey key = await Keys.SigningAsync(None);
        IReadOnlyList<SealedTokenKey> rows = await identity.Catalog.ReadAsync(rows => rows.Tokens.KeysAsync(), None);
        SealedTokenKey row = Assert.Single(rows);
        Assert.True(row.Sealed.AsSpan().IndexOf(key.Secret) < 0);
        Assert.Equal(key.Secret, node.GetRequiredService<IMasterKey>().Unseal(row.Sealed));
    }

    private static ITokenValidator Validator(IServiceProvider node) => node.GetRequiredService<ITokenValidator>();

    private static async Task<string> LoginAsync(IServiceProvider node)
    {
        User admin = (
            await node.GetRequiredService<IdentityCatalog>()
                .ReadAsync(rows => rows.Users.FindByNameAsync("admin"), None)
        )!;
        return (
            await node.GetRequiredService<LocalTokens>().IssueAsync(admin, null, LoginMethods.Password, null, None)
        ).Text;
    }
}
