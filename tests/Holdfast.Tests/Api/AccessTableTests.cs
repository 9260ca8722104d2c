using Holdfast.Tests.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api;

/// <summary>
/// A row of the table of who may do what: a call, and what everybody gets, in the order no token, a token that is no more,
/// no role, an administrator of no project, a member of another project, a reader, a member, an administrator. The object
/// acted on is the last three's project's.
/// </summary>
/// <param name="Name">Verb and path.</param>
/// <param name="Statuses">With spaces between them.</param>
public sealed record AccessRow(string Name, string Statuses)
{
    internal static readonly string?[] Callers =
    [
        null,
        "stale",
        "guest",
        "system",
        "other",
        "reader",
        "member",
        "admin",
    ];

    internal string Verb => Name.Split(' ')[0];

    internal string Path => Name.Split(' ')[1];
}

/// <summary>Who may do what at one family of calls: every call there is, as everybody.</summary>
public abstract class AccessTableTests : ManilaTests
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    protected abstract IReadOnlyList<AccessRow> Table { get; }

    /// <summary>Verbs and paths of every call that the service has, as the table's names.</summary>
    protected abstract IEnumerable<string> Served { get; }

    /// <summary>Makes what the call acts on, and calls.</summary>
    internal abstract Task<Answer> SendAsync(string name, string? caller);

    [Fact]
    public void The_table_names_every_call_there_is_and_no_other() =>
        Assert.Equal(
            Served.Where(name => !name.StartsWith("HEAD ", StringComparison.Ordinal)).Distinct().Order(),
            Table.Select(row => row.Name).Order()
        );

    [Fact]
    public async Task Every_call_as_everybody()
    {
        await World.LiftQuotasAsync();
        List<string> wrong = [];
        foreach (AccessRow row in Table)
        {
            List<int> seen = [];
            foreach (string? caller in AccessRow.Callers)
            {
                seen.Add((await SendAsync(row.Name, caller)).Code);
            }
            if (string.Join(' ', seen) != row.Statuses)
            {
                wrong.Add($"{row.Name}: {string.Join(' ', seen)}");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Without_a_token_the_answer_is_the_same_as_everywhere()
    {
        Answer manila = await Host.SendAsync("GET", "/v2/shares", token: null);
        foreach (AccessRow row in Table)
        {
            Answer own = await SendAsync(row.Name, null);
            Assert.Equal((manila.Text, manila.Code), (own.Text, own.Code));
            Assert.Equal(manila.Header("WWW-Authenticate"), own.Header("WWW-Authenticate"));
            Assert.StartsWith("req-", own.Header("x-openstack-request-id"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_verb_is_405_and_the_answer_names_those_there_are()
    {
        foreach (IGrouping<string, AccessRow> rows in Table.GroupBy(row => row.Path))
        {
            List<string> served = [.. rows.Select(row => row.Verb)];
            if (served.Contains("GET"))
            {
                served.Add("HEAD");
            }
            foreach (string method in Methods.Except(served))
            {
                Answer answer = await SendAsync($"{method} {rows.Key}", "admin");
                Assert.Equal(
                    (405, string.Join(',', served.Order(StringComparer.Ordinal))),
                    (answer.Code, answer.Header("Allow"))
                );
            }
        }
    }
}
