using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Holdfast.Tests.Core.Access;

/// <summary>Every way in which a token stops to hold, each after it has been seen to hold: what is remembered is forgotten.</summary>
public sealed class LocalTokenValidatorTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Caller Admin = new("", "", new HashSet<string> { "admin" }, "req");

    private readonly LocalIdentity identity = new();
    private ServiceProvider node = null!;
    private User user = null!;
    private Project project = null!;
    private Dictionary<string, string> roles = null!;

    private ITokenValidator Validator => node.GetRequiredService<ITokenValidator>();
    private IdentityUsers Users => node.GetRequiredService<IdentityUsers>();
    private IdentityProjects Projects => node.GetRequiredService<IdentityProjects>();
    private IdentityRoles Roles => node.GetRequiredService<IdentityRoles>();
    private IdentityGrants Grants => node.GetRequiredService<IdentityGrants>();
    private IdentityLogins Logins => node.GetRequiredService<IdentityLogins>();

    public async ValueTask InitializeAsync()
    {
        node = await identity.StartAsync();
        user = await Users.CreateAsync(Admin, new NewUser("u", "password", true, null, null, null), None);
        project = await Projects.CreateAsync(Admin, "p", null, true, None);
        roles = (await Roles.ListAsync(Admin, null, None)).ToDictionary(role => role.Name, role => role.Id);
        await Grants.AddAsync(Admin, project.Id, user.Id, roles["member"], None);
    }

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        await identity.DisposeAsync();
    }

    [Fact]
    public async Task A_token_says_who_where_and_what_with_implied_roles()
    {
        ValidToken valid = (await Validator.ValidateAsync(await LoginAsync(), None))!;
        Assert.Equal(user.Id, valid.UserId);
        Assert.Equal(project.Id, valid.ProjectId);
        Assert.Equal(["member", "reader"], valid.Roles.Order());
        Assert.Equal(identity.Time.GetUtcNow() + TokenKeys.TokenLifetime, valid.ExpiresAt);
    }

    [Fact]
    public async Task A_role_with_capitals_is_known_without_them()
    {
        Role trainee = await Roles.CreateAsync(Admin, "Trainee", null, None);
        await Grants.AddAsync(Admin, project.Id, user.Id, trainee.Id, None);
        ValidToken valid = (await Validator.ValidateAsync(await LoginAsync(), None))!;
        Assert.Equal(["member", "reader", "trainee"], valid.Roles.Order());
    }

    [Fact]
    public async Task A_token_ends_when_it_expires()
    {
        string token = await SeenAsync();
        identity.Time.Advance(TokenKeys.TokenLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(await Validator.ValidateAsync(token, None));
        identity.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task A_token_for_a_token_expires_with_the_first()
    {
        string first = await SeenAsync();
        identity.Time.Advance(TimeSpan.FromMinutes(59));
        (string second, TokenDetails details) = await Logins.WithTokenAsync(
            first,
            new LoginScope(LoginScopeKind.Unscoped),
            None
        );
        Assert.Equal(identity.Time.GetUtcNow() + TimeSpan.FromMinutes(1), details.Token.Claims.ExpiresAt);
        identity.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await Validator.ValidateAsync(second, None));
    }

    [Fact]
    public async Task A_revoked_token_ends_and_no_other()
    {
        string token = await SeenAsync();
        string other = await SeenAsync();
        await Logins.RevokeAsync(Admin, token, None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        Assert.NotNull(await Validator.ValidateAsync(other, None));
    }

    [Fact]
    public async Task Revocations_are_forgotten_once_the_token_has_expired()
    {
        TokenDetails details = await Logins.GetAsync(Admin, await SeenAsync(), None);
        await Logins.RevokeAsync(Admin, await SeenAsync(), None);
        identity.Time.Advance(TokenKeys.TokenLifetime);
        await Logins.RevokeAsync(Admin, await SeenAsync(), None);
        long left = await identity.Catalog.ReadAsync(
            rows => rows.ScalarAsync<long>("SELECT count(*) FROM revoked_tokens"),
            None
        );
        Assert.Equal(1, left);
        Assert.NotNull(details);
    }

    [Fact]
    public async Task A_new_password_ends_every_token()
    {
        string token = await SeenAsync();
        await Users.ChangePasswordAsync(user.Id, "password", "password2", null, None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        string next = await SeenAsync("password2");
        await Users.UpdateAsync(Admin, user.Id, new UserChange(null, "password3", null, null, null, null), None);
        Assert.Null(await Validator.ValidateAsync(next, None));
    }

    [Fact]
    public async Task Another_name_ends_none()
    {
        string token = await SeenAsync();
        await Users.UpdateAsync(Admin, user.Id, new UserChange("other", null, null, null, null, null), None);
        Assert.NotNull(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task Disabling_a_user_ends_tokens_for_good()
    {
        string token = await SeenAsync();
        await Users.UpdateAsync(Admin, user.Id, new UserChange(null, null, false, null, null, null), None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        await Users.UpdateAsync(Admin, user.Id, new UserChange(null, null, true, null, null, null), None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        Assert.NotNull(await SeenAsync());
    }

    [Fact]
    public async Task Disabling_a_project_ends_its_tokens_for_good_and_no_others()
    {
        string token = await SeenAsync();
        (string unscoped, _) = await Logins.WithTokenAsync(token, new LoginScope(LoginScopeKind.Unscoped), None);
        await Projects.UpdateAsync(Admin, project.Id, new ProjectChange(null, null, false), None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        await Projects.UpdateAsync(Admin, project.Id, new ProjectChange(null, null, true), None);
        Assert.Null(await Validator.ValidateAsync(token, None));
        Assert.NotNull(await Validator.ValidateAsync(unscoped, None));
    }

    [Fact]
    public async Task Deleting_the_user_ends_tokens()
    {
        string token = await SeenAsync();
        await Users.DeleteAsync(Admin, user.Id, None);
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task Deleting_the_project_ends_tokens()
    {
        string token = await SeenAsync();
        await Projects.DeleteAsync(Admin, project.Id, None);
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task A_role_that_is_taken_or_given_counts_with_the_next_request()
    {
        string token = await SeenAsync();
        await Grants.AddAsync(Admin, project.Id, user.Id, roles["admin"], None);
        Assert.Contains("admin", (await Validator.ValidateAsync(token, None))!.Roles);
        await Grants.RemoveAsync(Admin, project.Id, user.Id, roles["admin"], None);
        Assert.DoesNotContain("admin", (await Validator.ValidateAsync(token, None))!.Roles);
        await Grants.RemoveAsync(Admin, project.Id, user.Id, roles["member"], None);
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    /// <summary>Another node, or a verb on the host, on the same catalog.</summary>
    [Fact]
    public async Task What_another_process_ends_is_refused_within_a_second()
    {
        await using ServiceProvider other = await identity.StartAsync();
        string token = await SeenAsync();
        await other.GetRequiredService<IdentityLogins>().RevokeAsync(Admin, token, None);
        identity.Time.Advance(IdentityCatalog.LookEvery);
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task Another_installations_token_is_nothing_here()
    {
        await using LocalIdentity other = new();
        await using ServiceProvider there = await other.StartAsync();
        User admin = (
            await there
                .GetRequiredService<IdentityCatalog>()
                .ReadAsync(rows => rows.Users.FindByNameAsync("admin"), None)
        )!;
        (string token, _) = await there
            .GetRequiredService<LocalTokens>()
            .IssueAsync(admin, null, LoginMethods.Password, null, None);
        await SeenAsync();
        Assert.Null(await Validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task More_tokens_than_are_remembered_all_hold()
    {
        List<string> tokens = [];
        for (int count = 0; count < 5000; count++)
        {
            (string text, _) = await node.GetRequiredService<LocalTokens>()
                .IssueAsync(user, project, LoginMethods.Password, null, None);
            tokens.Add(text);
            Assert.NotNull(await Validator.ValidateAsync(text, None));
        }
        Assert.NotNull(await Validator.ValidateAsync(tokens[0], None));
    }

    private async Task<string> LoginAsync(string password = "password")
    {
        IdentityReference who = new(user.Id, null, null, null);
        LoginScope scope = new(LoginScopeKind.Project, new IdentityReference(project.Id, null, null, null));
        return (await Logins.WithPasswordAsync(who, password, scope, null, None)).Text;
    }

    /// <summary>A token that has been let in twice, so that it is remembered.</summary>
    private async Task<string> SeenAsync(string password = "password")
    {
        string token = await LoginAsync(password);
        Assert.NotNull(await Validator.ValidateAsync(token, None));
        Assert.NotNull(await Validator.ValidateAsync(token, None));
        return token;
    }
}
