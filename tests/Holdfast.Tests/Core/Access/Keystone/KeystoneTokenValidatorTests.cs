using System.Text.Json.Nodes;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Testing;
using Holdfast.Testing.Keystone;
using Holdfast.Tests.Api;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>Tokens of a real Keystone, with a clock of ours that is moved.</summary>
[Collection<KeystoneCollection>]
public sealed class KeystoneTokenValidatorTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly KeystoneFixture keystone;
    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());
    private readonly RecordedLog<KeystoneTokenValidator> log = new();
    private readonly KeystoneTokenValidator validator;

    public KeystoneTokenValidatorTests(KeystoneFixture keystone)
    {
        this.keystone = keystone;
        validator = new KeystoneTokenValidator(keystone.Options, time, log);
    }

    public void Dispose() => validator.Dispose();

    [Fact]
    public async Task A_token_says_who_where_and_what_in_lower_case_with_implied_roles()
    {
        string name = KeystoneFixture.NewName();
        string user = await keystone.AddUserAsync(name, ApiHost.Project, "member");
        await keystone.Admin.GrantAsync(ApiHost.Project, user, "Auditor");

        ValidToken valid = (await validator.ValidateAsync(await keystone.SignInAsync(name, "ours"), None))!;

        Assert.Equal((user, ApiHost.Project), (valid.UserId, valid.ProjectId));
        Assert.Equal(("default", "default"), (valid.UserDomainId, valid.ProjectDomainId));
        Assert.Equal(["auditor", "member", "reader"], valid.Roles.Order());
        TimeSpan left = valid.ExpiresAt - TimeProvider.System.GetUtcNow();
        Assert.InRange(left, KeystoneServer.TokenLifetime / 2, KeystoneServer.TokenLifetime);
    }

    [Theory]
    [InlineData(KeystoneScope.System)]
    [InlineData(KeystoneScope.Domain)]
    [InlineData(KeystoneScope.None)]
    public async Task A_token_of_no_project_is_a_caller_without_one(KeystoneScope scope)
    {
        ValidToken valid = (await validator.ValidateAsync(await keystone.NewTokenAsync(scope), None))!;

        Assert.Null(valid.ProjectId);
        Assert.Equal(scope != KeystoneScope.None, valid.Roles.Contains("admin"));
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("keyring")]
    [InlineData("ABCDEF")]
    public async Task A_project_whose_id_could_not_name_a_directory_is_none(string id)
    {
        string name = KeystoneFixture.NewName();
        string project = await keystone.Admin.MakeProjectAsync(name);
        await keystone.AddUserAsync(name, project, "member");
        await keystone.Server.GiveIdAsync(project, id);

        ValidToken valid = (await validator.ValidateAsync(await keystone.SignInAsync(name, name), None))!;

        Assert.Null(valid.ProjectId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tab\there")]
    [InlineData("überall")]
    [InlineData("line\nbreak")]
    public async Task What_cannot_be_a_token_is_refused_without_a_question(string text)
    {
        int before = await QuestionsAsync();

        Assert.Null(await validator.ValidateAsync(text, None));
        Assert.Null(await validator.ValidateAsync(new string('a', KeystoneTokenValidator.LongestToken + 1), None));

        Assert.Equal(before, await QuestionsAsync());
        Assert.Equal(0, validator.Remembered);
    }

    [Fact]
    public async Task Keystone_is_asked_once_in_a_while_however_many_requests_come()
    {
        int before = await QuestionsAsync();
        string token = await keystone.NewTokenAsync("member");

        ValidToken?[] all = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(_ => Task.Run(() => validator.ValidateAsync(token, None)))
        );
        Assert.All(all, Assert.NotNull);
        time.Advance(keystone.Options.CacheFor - TimeSpan.FromSeconds(1));
        Assert.NotNull(await validator.ValidateAsync(token, None));
        Assert.Equal(before + 1, await QuestionsAsync());

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await validator.ValidateAsync(token, None));
        Assert.Equal(before + 2, await QuestionsAsync());
    }

    [Fact]
    public async Task What_is_no_token_is_asked_about_again_soon_but_not_at_once()
    {
        int before = await QuestionsAsync();
        string token = $"gAAAA{Guid.NewGuid():N}";

        Assert.Null(await validator.ValidateAsync(token, None));
        Assert.Null(await validator.ValidateAsync(token, None));
        Assert.Equal(before + 1, await QuestionsAsync());

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await validator.ValidateAsync(token, None));
        Assert.Equal(before + 2, await QuestionsAsync());
    }

    [Fact]
    public async Task A_revoked_token_ends_within_the_time_that_it_is_remembered()
    {
        string token = await keystone.NewTokenAsync("member");
        Assert.NotNull(await validator.ValidateAsync(token, None));
        await keystone.Admin.RevokeTokenAsync(token);

        time.Advance(keystone.Options.CacheFor);

        Assert.Null(await validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task A_role_taken_away_a_disabled_user_and_a_disabled_project_end_tokens()
    {
        string projectName = KeystoneFixture.NewName();
        string project = await keystone.Admin.MakeProjectAsync(projectName);
        string[] names = [KeystoneFixture.NewName(), KeystoneFixture.NewName(), KeystoneFixture.NewName()];
        List<string> users = [];
        List<string> tokens = [];
        foreach (string name in names)
        {
            users.Add(await keystone.AddUserAsync(name, project, "member"));
            tokens.Add(await keystone.SignInAsync(name, projectName));
        }
        JsonObject disabled = new() { ["enabled"] = false };

        await AssertHoldAsync(tokens, "yes yes yes");
        await keystone.Admin.RevokeAsync(project, users[0], "member");
        await AssertHoldAsync(tokens, "no yes yes");
        await keystone.Admin.ChangeAsync($"users/{users[1]}", "user", (JsonObject)disabled.DeepClone());
        await AssertHoldAsync(tokens, "no no yes");
        await keystone.Admin.ChangeAsync($"projects/{project}", "project", disabled);
        await AssertHoldAsync(tokens, "no no no");
    }

    [Fact]
    public async Task A_token_is_remembered_no_longer_than_it_lives()
    {
        string token = await keystone.NewTokenAsync("member");
        ValidToken valid = (await validator.ValidateAsync(token, None))!;
        time.Advance(valid.ExpiresAt - time.GetUtcNow() - TimeSpan.FromSeconds(30));
        Assert.NotNull(await validator.ValidateAsync(token, None));

        time.Advance(TimeSpan.FromSeconds(30));

        Assert.Null(await validator.ValidateAsync(token, None));
    }

    [Fact]
    public async Task The_services_own_token_is_renewed_before_it_ends()
    {
        int before = await LoginsAsync();
        string token = await keystone.NewTokenAsync("member");
        Assert.NotNull(await validator.ValidateAsync(token, None));
        time.Advance(KeystoneServer.TokenLifetime - TimeSpan.FromMinutes(3));
        Assert.NotNull(await validator.ValidateAsync(token, None));
        Assert.Equal(before + 1, await LoginsAsync());

        time.Advance(TimeSpan.FromMinutes(1.5));
        Assert.NotNull(await validator.ValidateAsync(token, None));

        Assert.Equal(before + 2, await LoginsAsync());
    }

    [Fact]
    public async Task An_application_credential_with_rules_that_we_do_not_keep_does_not_open_anything()
    {
        string name = KeystoneFixture.NewName();
        string user = await keystone.AddUserAsync(name, ApiHost.Project, "member");
        using KeystoneClient client = new(keystone.Server.Url, name, "a password", "ours");
        JsonObject rule = new()
        {
            ["service"] = "sharev2",
            ["method"] = "GET",
            ["path"] = "/v2/shares",
        };
        string restricted = await MakeCredentialAsync(client, user, "restricted", new JsonArray(rule));
        string free = await MakeCredentialAsync(client, user, "free", null);

        Assert.Null(await validator.ValidateAsync(restricted, None));
        Assert.NotNull(await validator.ValidateAsync(free, None));
    }

    [Fact]
    public async Task Credentials_that_keystone_refuses_are_said_once_and_not_tried_again_and_again()
    {
        KeystoneOptions wrong = keystone.Options with { Password = "not the secret" };
        using KeystoneTokenValidator refused = new(wrong, time, log);
        int before = await LoginsAsync();

        await refused.CheckAsync(None);
        for (int i = 0; i < 3; i++)
        {
            ServiceError error = await Assert.ThrowsAsync<ServiceError>(() =>
                refused.ValidateAsync(keystone.Tokens["member"], None)
            );
            Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        }

        Assert.Equal(before + 1, await LoginsAsync());
        (LogLevel level, string text) = Assert.Single(log.Lines);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains("HOLDFAST_KEYSTONE__USERNAME", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not the secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_the_role_is_warned_of_at_the_start_and_asks_in_vain()
    {
        string name = KeystoneFixture.NewName();
        await keystone.AddUserAsync(name, ApiHost.Project, "member");
        KeystoneOptions weak = keystone.Options with { Username = name, Project = "ours" };
        using KeystoneTokenValidator refused = new(weak, time, log);

        await refused.CheckAsync(None);
        await Assert.ThrowsAsync<ServiceError>(() => refused.ValidateAsync(keystone.Tokens["member"], None));

        Assert.Equal([LogLevel.Information, LogLevel.Warning, LogLevel.Error], log.Lines.Select(line => line.Level));
        Assert.Contains("role 'service'", log.Lines.Last().Text, StringComparison.Ordinal);
    }

    private Task<int> QuestionsAsync() => keystone.Server.CountAsync("GET /v3/auth/tokens");

    // Those of the service alone do without the catalogue.
    private Task<int> LoginsAsync() => keystone.Server.CountAsync("POST /v3/auth/tokens?nocatalog");

    private async Task AssertHoldAsync(List<string> tokens, string expected)
    {
        time.Advance(keystone.Options.CacheFor);
        List<string> answers = [];
        foreach (string token in tokens)
        {
            answers.Add(await validator.ValidateAsync(token, None) is null ? "no" : "yes");
        }
        Assert.Equal(expected, string.Join(' ', answers));
    }

    /// <returns>A token that was got with the credential.</returns>
    private async Task<string> MakeCredentialAsync(KeystoneClient owner, string user, string name, JsonArray? rules)
    {
        JsonObject wanted = new() { ["name"] = name, ["secret"] = name };
        if (rules is not null)
        {
            wanted["access_rules"] = rules;
        }
        JsonNode made = (
            await owner.AskAsync(
                HttpMethod.Post,
                $"users/{user}/application_credentials",
                new JsonObject { ["application_credential"] = wanted }
            )
        )!["application_credential"]!;
        return await owner.SignInWithCredentialAsync(made["id"]!.GetValue<string>(), name);
    }
}
