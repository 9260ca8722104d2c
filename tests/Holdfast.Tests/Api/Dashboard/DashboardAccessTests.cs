using System.Net;
using Holdfast.Api.Dashboard;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Every address of the dashboard, as whoever should not be there.</summary>
public sealed class DashboardAccessTests : DashboardTests
{
    private static readonly string[] Open = ["/dashboard/sign-in"];
    private static readonly string[] WithoutProject = ["/dashboard/projects", "/dashboard/sign-out"];

    private static IEnumerable<string> Paths =>
        DashboardRoutes
            .Routes.Select(route => $"{DashboardRoutes.Base}/{route.Path}".TrimEnd('/'))
            .Select(path => path.Replace("{id}", Guid.Empty.ToString()).Replace("{**path}", "nothing"));

    [Theory]
    [InlineData(null)]
    [InlineData("stale")]
    [InlineData("none of ours")]
    public async Task Without_a_session_every_page_leads_to_the_sign_in_page(string? caller)
    {
        foreach (string path in Paths.Except(Open))
        {
            (HttpStatusCode status, string? location, _) = await SendAsync(HttpMethod.Get, path, caller);
            if (path == "/dashboard/events")
            {
                Assert.Equal(HttpStatusCode.Unauthorized, status);
                continue;
            }
            if (status == HttpStatusCode.MethodNotAllowed)
            {
                (status, location, _) = await SendAsync(HttpMethod.Post, path, caller);
            }
            Assert.Equal((path, HttpStatusCode.SeeOther), (path, status));
            Assert.StartsWith("/dashboard/sign-in", location, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_its_token_no_form_does_anything()
    {
        foreach (string path in Paths.Except(Open))
        {
            (HttpStatusCode status, _, _) = await SendAsync(HttpMethod.Post, path, "member");
            Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed, $"{path}: {status}");
        }
        // It was a sign-out's, too.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/dashboard", "member")).Status);
    }

    [Fact]
    public async Task Without_a_project_there_is_only_the_choice_of_one()
    {
        foreach (string path in Paths.Except(Open).Except(WithoutProject))
        {
            (HttpStatusCode status, string? location, _) = await SendAsync(HttpMethod.Get, path, "system");
            if (status != HttpStatusCode.MethodNotAllowed)
            {
                Assert.Equal((path, HttpStatusCode.SeeOther, "/dashboard/projects"), (path, status, location));
            }
        }
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Get, "/dashboard/projects", "system")).Status);
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("reader")]
    [InlineData("member")]
    [InlineData("admin")]
    [InlineData("other")]
    public async Task What_is_not_there_is_no_failure_of_ours(string caller)
    {
        foreach (string path in Paths.Where(path => path != "/dashboard/events"))
        {
            (HttpStatusCode status, _, _) = await SendAsync(HttpMethod.Get, path, caller);
            Assert.True((int)status < 500, $"{path}: {status}");
            Assert.False(
                path.Contains(Guid.Empty.ToString()) && status == HttpStatusCode.OK && caller == "guest",
                path
            );
        }
        Assert.Empty(World.Host.Errors);
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("reader")]
    [InlineData("member")]
    [InlineData("admin")]
    [InlineData("other")]
    public async Task A_form_about_what_is_not_there_is_refused_and_no_failure_of_ours(string caller)
    {
        foreach (string path in Paths.Except(Open).Except(WithoutProject))
        {
            (HttpStatusCode status, _, _) = await PostAsync(path, caller);
            Assert.True((int)status is >= 400 and < 500, $"{path}: {status}");
        }
        Assert.Empty(World.Host.Errors);
        Assert.Empty(await World.QueuedAsync());
    }

    [Theory]
    [InlineData("/dashboard?name=%ff")]
    [InlineData("/dashboard/operations?status=gone")]
    [InlineData("/dashboard/operations?cursor=%00")]
    [InlineData("/dashboard/audit?all_projects=perhaps")]
    [InlineData("/dashboard/sharings?given=x")]
    [InlineData("/dashboard/backups/b/files/%zz")]
    public async Task What_makes_no_sense_is_told_on_a_page(string path)
    {
        (HttpStatusCode status, _, _) = await SendAsync(HttpMethod.Get, path, "member");
        Assert.Contains(status, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.NotFound]);
        Assert.Empty(World.Host.Errors);
    }
}
