using Xunit;

namespace Holdfast.Tests.Api.Identity;

/// <summary>Never a 500 beneath <c>/identity</c> either, whatever a request is broken into.</summary>
public sealed class MutationTests : IdentityTests
{
    private const int Requests = 600;

    // {0}: a project, {1}: a user, {2}: a role, {3}: the administrator's token.
    private static readonly string[] Valid =
    [
        "GET /identity",
        "GET /identity/v3",
        "GET /identity/v3/auth/tokens",
        "DELETE /identity/v3/auth/tokens",
        "GET /identity/v3/auth/catalog",
        "GET /identity/v3/auth/projects",
        """POST /identity/v3/auth/tokens {"auth":{"identity":{"methods":["token"],"token":{"id":"{3}"}},"scope":{"project":{"id":"{0}"}}}}""",
        """POST /identity/v3/auth/tokens {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"no","domain":{"id":"default"},"password":"no"}}}}}""",
        "GET /identity/v3/projects",
        """POST /identity/v3/projects {"project":{"name":"p","description":"d","enabled":true,"domain_id":"default"}}""",
        """PATCH /identity/v3/projects/{0} {"project":{"description":"d"}}""",
        "GET /identity/v3/projects/{0}",
        "GET /identity/v3/users",
        """POST /identity/v3/users {"user":{"name":"u","email":"e","default_project_id":"{0}"}}""",
        """PATCH /identity/v3/users/{1} {"user":{"description":"d","enabled":true}}""",
        """POST /identity/v3/users/{1}/password {"user":{"original_password":"no","password":"another one"}}""",
        "GET /identity/v3/users/{1}/projects",
        """POST /identity/v3/roles {"role":{"name":"r","description":"d"}}""",
        "GET /identity/v3/roles/{2}",
        "GET /identity/v3/role_assignments",
        "GET /identity/v3/projects/{0}/users/{1}/roles",
        "PUT /identity/v3/projects/{0}/users/{1}/roles/{2}",
        "DELETE /identity/v3/projects/{0}/users/{1}/roles/{2}",
        "GET /identity/v3/domains/default",
        "GET /identity/v3/regions",
        "GET /identity/v3/services",
        "GET /identity/v3/endpoints",
    ];

    [Fact]
    public async Task Never_a_500()
    {
        int seed = RequestMutations.Seed();
        Random random = new(seed);
        RequestMutations mutations = new(random, []);
        string[] ids = [Host.Project, Host.Users["reader"], Host.Roles["reader"], Host.Admin];

        List<string> wrong = [];
        for (int i = 0; i < Requests && wrong.Count < 10; i++)
        {
            string[] valid = ids.Index()
                .Aggregate(
                    Valid[random.Next(Valid.Length)],
                    (text, id) => text.Replace($"{{{id.Index}}}", id.Item, StringComparison.Ordinal)
                )
                .Split(' ', 3);
            RawRequest request = new(valid[0], valid[1], "", valid.Length > 2 ? valid[2] : null)
            {
                Headers = [("X-Auth-Token", Host.Admin), ("X-Subject-Token", Host.Reader)],
            };
            byte[] bytes = mutations.Mutate(request, byOthers: false).ToBytes();
            RawReply? reply = await RawHttp.ExchangeAsync(
                Host.Client.BaseAddress!,
                bytes,
                TestContext.Current.CancellationToken
            );
            if (RawReply.WhatIsWrong(reply) is { } fault)
            {
                wrong.Add($"seed {seed}, request {i}: {fault}\n{RawReply.Shown(bytes)}\n{RawReply.Shown(reply?.Body)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Empty(Host.Errors);
        await Host.SendAsync(200, "GET", "users");
    }
}
