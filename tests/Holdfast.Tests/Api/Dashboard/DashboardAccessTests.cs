using System.Net;
using Holdfast.Api.Dashboard;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Every address of the dashboard, as whoever should not be there.</summary>
public sealed class DashboardAccessTests : IAsyncLifetime
{
    private static readonly string[] Open = ["/dashboard/sign-in"];
    private static readonly string[] WithoutProject = ["/dashboard/projects", "/dashboard/sign-out"];

    private ManilaWorld world = null!;
    private HttpClient http = null!;

    private static IEnumerable<string> Paths =>
        DashboardRoutes
            .Routes.Select(route => $"{DashboardRoutes.Base}/{route.Path}".TrimEnd('/'))
            .Select(path => path.Replace("{id}", Guid.Empty.ToString()).Replace("{**path}", "nothing"));

    public async ValueTask InitializeAsync()
    {
        world = await ManilaWorld.StartLocalAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = world.Host.Address,
        };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await world.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("stale")]
    [InlineData("none of ours")]
    public async Task Without_a_session_every_page_leads_to_the_sign_in_page(string? caller)
    {
        foreach (string path in Paths.Except(Open))
        {
            (HttpStatusCode status, string? location) = await SendAsync(HttpMethod.Get, path, caller);
            if (path == "/dashboard/events")
            {
                Assert.Equal(HttpStatusCode.Unauthorized, status);
                continue;
            }
            if (status == HttpStatusCode.MethodNotAllowed)
            {
                (status, location) = await SendAsync(HttpMethod.Post, path, caller);
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
            (HttpStatusCode status, _) = await SendAsync(HttpMethod.Post, path, "member");
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
            (HttpStatusCode status, string? location) = await SendAsync(HttpMethod.Get, path, "system");
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
            (HttpStatusCode status, _) = await SendAsync(HttpMethod.Get, path, caller);
            Assert.True((int)status < 500, $"{path}: {status}");
            Assert.False(
                path.Contains(Guid.Empty.ToString()) && status == HttpStatusCode.OK && caller == "guest",
                path
            );
        }
        Assert.Empty(world.Host.Errors);
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
        (HttpStatusCode status, _) = await SendAsync(HttpMethod.Get, path, "member");
        Assert.Contains(status, (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.NotFound]);
        Assert.Empty(world.Host.Errors);
    }

    private async Task<(HttpStatusCode Status, string? Location)> SendAsync(
        HttpMethod method,
        string path,
        string? caller
    )
    {
        using HttpRequestMessage request = new(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new FormUrlEncodedContent([]);
        }
        if (caller is not null)
        {
            string token = world.Host.Tokens.GetValueOrDefault(caller, caller);
            request.Headers.Add("Cookie", $"holdfast_session={Uri.EscapeDataString(token)}");
        }
        using HttpResponseMessage answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString);
    }
}
