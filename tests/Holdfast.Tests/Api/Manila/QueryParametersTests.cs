using Holdfast.Api.Manila;
using Xunit;

namespace Holdfast.Tests.Api.Manila;

public sealed class QueryParametersTests
{
    [Fact]
    public void A_repeated_parameter_counts_by_its_last_value() =>
        Assert.Equal("b", new QueryParameters("?name=a&name=b")["name"]);

    [Fact]
    public void An_alias_stands_in_for_a_name_that_was_not_given()
    {
        Assert.Equal("x", new QueryParameters("?display_name=x")["name", "display_name"]);
        Assert.Equal("y", new QueryParameters("?display_name=x&name=y")["name", "display_name"]);
        Assert.Null(new QueryParameters("")["name"]);
    }

    [Fact]
    public void Plus_percent_and_tilde_are_decoded()
    {
        QueryParameters query = new("?name~=a+b%26%C3%A9");

        Assert.Equal("a b&é", query["name~"]);
    }

    [Theory]
    [InlineData("?name=%ff")]
    [InlineData("?%c3%28=1")]
    [InlineData("?name=%00")]
    public void Text_that_is_not_utf8_is_a_bad_request(string query) =>
        Assert.Equal(400, Assert.Throws<Fault>(() => new QueryParameters(query)).Status);

    [Theory]
    [InlineData("5", 5)]
    [InlineData("0", 0)]
    [InlineData("100000000000000000000", int.MaxValue)]
    [InlineData("99999999999999999999999999999999999999", int.MaxValue)]
    public void A_limit_is_any_number_from_zero_on(string text, int limit) =>
        Assert.Equal(limit, new QueryParameters($"?limit={text}").Page().Limit);

    [Theory]
    [InlineData("limit=abc", "limit param must be an integer")]
    [InlineData("limit=1.5", "limit param must be an integer")]
    [InlineData("limit=", "limit param must be an integer")]
    [InlineData("limit=-1", "limit param must be positive")]
    [InlineData("offset=abc", "offset must be an integer")]
    [InlineData("offset=-1", "offset must be >= 0")]
    [InlineData("offset=2147483648", "offset must be <= 2147483647")]
    public void A_page_that_cannot_be_is_refused_in_the_contracts_words(string query, string message)
    {
        Fault fault = Assert.Throws<Fault>(() => new QueryParameters("?" + query).Page());

        Assert.Equal((400, message), (fault.Status, fault.Message));
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("Yes", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("bogus", false)]
    [InlineData("", false)]
    public void All_tenants_is_read_as_a_boolean(string text, bool expected) =>
        Assert.Equal(expected, new QueryParameters($"?all_tenants={text}").Flag("all_tenants", "all_projects"));

    [Fact]
    public void A_next_link_keeps_the_query_encoded_and_replaces_the_place() =>
        Assert.Equal(
            "name~=a%26b&limit=2&marker=id9",
            new QueryParameters("?name~=a%26b&limit=2&marker=old&offset=4").After("id9")
        );
}
