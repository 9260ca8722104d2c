using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Tests.Api.Identity;

/// <summary>Bodies grown at random from the words that handlers look for: whatever they are, the answer is no 5xx.</summary>
public sealed class FuzzTests : IdentityTests
{
    private const int Rounds = 150;

    private static readonly string Login = IdentityHost.Login(
        "nobody",
        "a password",
        """{"project": {"name": "project", "domain": {"id": "default"}}}"""
    );

    private static readonly string[] Words =
    [
        "auth",
        "identity",
        "methods",
        "password",
        "token",
        "id",
        "user",
        "name",
        "domain",
        "scope",
        "project",
        "unscoped",
        "enabled",
        "description",
        "domain_id",
        "parent_id",
        "default_project_id",
        "original_password",
        "role",
        "email",
    ];

    private static readonly string[] Texts =
    [
        "",
        "password",
        "token",
        "default",
        "unscoped",
        "admin",
        "a password",
        "\0",
        "\ufffd\u202e",
        "🂡",
        new('x', 5000),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_body_is_answered_with_5xx(int seed)
    {
        Random random = new(seed);
        string[] calls =
        [
            "POST auth/tokens auth",
            "POST projects project",
            $"PATCH projects/{Host.OtherProject} project",
            "POST users user",
            $"PATCH users/{Host.Users["stranger"]} user",
            $"POST users/{Host.Users["stranger"]}/password user",
            "POST roles role",
            $"PATCH roles/{Host.Roles["reader"]} role",
        ];
        HashSet<int> seen = [];
        for (int round = 0; round < Rounds; round++)
        {
            foreach (string call in calls)
            {
                string[] parts = call.Split(' ');
                // The outermost member is mostly right: else no handler would look further.
                JsonNode body =
                    parts[2] == "auth" ? Change(random, JsonNode.Parse(Login)!)!
                    : random.Next(10) == 0 ? new JsonObject()
                    : new JsonObject { [parts[2]] = Grow(random, 6) };
                Answer answer = await Host.SendAsync(parts[0], parts[1], body.ToJsonString(), Host.Admin);
                Assert.True(
                    answer.Code < 500,
                    $"{call} {body.ToJsonString()[..Math.Min(500, body.ToJsonString().Length)]}: {answer.Code} {answer.Text}"
                );
                Assert.NotNull(answer.Code < 400 ? answer : answer.Json["error"]);
                seen.Add(answer.Code);
            }
        }
        // It went deep: some made sense, some were refused for what they say.
        Assert.Superset(new HashSet<int> { 200, 400, 401 }, seen);
    }

    /// <summary>The same with some of its parts replaced: a login is too deep to grow by chance.</summary>
    private static JsonNode? Change(Random random, JsonNode? node) =>
        random.Next(12) == 0
            ? Grow(random, 3)
            : node switch
            {
                JsonObject some => new JsonObject(
                    some.Select(member => KeyValuePair.Create(member.Key, Change(random, member.Value)))
                ),
                JsonArray some => new JsonArray([.. some.Select(one => Change(random, one))]),
                _ => node?.DeepClone(),
            };

    private static JsonNode? Grow(Random random, int depth) =>
        random.Next(depth > 0 ? 12 : 5) switch
        {
            0 => null,
            1 => random.Next(2) == 0,
            2 => random.Next(-5, 5),
            3 or 4 => Texts[random.Next(Texts.Length)],
            5 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Grow(random, depth - 1))]),
            _ => GrowObject(random, depth),
        };

    private static JsonObject GrowObject(Random random, int depth)
    {
        JsonObject grown = [];
        for (int member = random.Next(6); member > 0; member--)
        {
            grown[Words[random.Next(Words.Length)]] = Grow(random, depth - 1);
        }
        return grown;
    }
}
