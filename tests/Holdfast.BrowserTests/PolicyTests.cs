using System.Net;
using System.Text.RegularExpressions;
using Holdfast.BrowserTests.Site;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests;

/// <summary>What pages forbid, and that they keep to it themselves.</summary>
public sealed partial class PolicyTests(World world)
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    [Fact]
    public async Task NoPageBreaksItsOwnPolicyOrAsksAnybodyElse()
    {
        await using Window nobody = await Window.OpenAsync(world);
        await nobody.GoAsync("/dashboard/sign-in");
        nobody.AssertNoComplaint();
        await using Window owner = await Window.SignedInAsync(world, world.Owner.Session.Token);
        await using Window administrator = await Window.SignedInAsync(world, world.Administrator.Token);
        foreach (PageOfSite page in Pages.Of(world))
        {
            Window window = page.ByAdministrator ? administrator : owner;
            await window.GoAsync(page.Path);
            window.AssertNoComplaint();
        }
    }

    [Fact]
    public async Task EveryPageHasTheHeadersAndNothingInline()
    {
        using HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = world.Server.Url,
        };
        foreach (PageOfSite page in Pages.Of(world).Append(new PageOfSite("sign-in", "/dashboard/sign-in")))
        {
            using HttpResponseMessage answer = await GetAsync(
                http,
                page.Path,
                page.ByAdministrator ? world.Administrator.Token : world.Owner.Session.Token
            );
            if (page.Name == "sign-in")
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
            AssertHeaders(answer);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
            string html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotMatch(Inline(), html);
            foreach (string asset in Asset().Matches(html).Select(match => match.Groups["path"].Value).Distinct())
            {
                using HttpResponseMessage kept = await GetAsync(http, asset, token: null);
                Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
                AssertHeaders(kept);
                Assert.Equal("public, max-age=31536000, immutable", kept.Headers.CacheControl!.ToString());
            }
        }
    }

    [Fact]
    public async Task ErrorsAndWaysToTheSignInPageHaveThemToo()
    {
        using HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = world.Server.Url,
        };
        using HttpResponseMessage led = await GetAsync(http, "/dashboard/shares?name=a%20b", token: null);
        Assert.Equal(HttpStatusCode.SeeOther, led.StatusCode);
        Assert.Equal(
            "/dashboard/sign-in?return=%2Fdashboard%2Fshares%3Fname%3Da%2520b",
            led.Headers.Location!.OriginalString
        );
        AssertHeaders(led);
        using HttpResponseMessage none = await GetAsync(http, "/dashboard/nowhere", world.Owner.Session.Token);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        AssertHeaders(none);
        using HttpResponseMessage stream = await GetAsync(http, "/dashboard/events", token: null);
        Assert.Equal(HttpStatusCode.Unauthorized, stream.StatusCode);
        using HttpResponseMessage bad = await GetAsync(
            http,
            "/dashboard/operations?cursor=x",
            world.Owner.Session.Token
        );
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        AssertHeaders(bad);
    }

    [Fact]
    public async Task ADownloadIsAnAttachmentThatNoBrowserRuns()
    {
        using HttpClient http = new() { BaseAddress = world.Server.Url };
        string file = Uri.EscapeDataString(World.HostileName);
        foreach (
            (string path, string type) in ((string, string)[])
                [
                    ($"{file}?download=file", "application/octet-stream"),
                    ("documents?download=tar", "application/x-tar"),
                    ("documents?download=zip", "application/zip"),
                ]
        )
        {
            using HttpResponseMessage answer = await GetAsync(
                http,
                $"/dashboard/backups/{world.Backup}/files/{path}",
                world.Owner.Session.Token
            );
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(
                "sandbox; default-src 'none'",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy"))
            );
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task NamesOfHostileTenantsAreTextAndNothingElse()
    {
        await using Window owner = await Window.SignedInAsync(world, world.Owner.Session.Token);
        foreach (PageOfSite page in Pages.Of(world).Where(page => !page.ByAdministrator))
        {
            await owner.GoAsync(page.Path);
            Assert.Equal(0, await owner.Page.Locator("main img").CountAsync());
        }
        await owner.GoAsync($"/dashboard/backups/{world.Backup}/files/");
        await Assertions
            .Expect(
                owner
                    .Page.GetByRole(AriaRole.Region)
                    .GetByRole(AriaRole.Link, new() { Name = World.HostileName, Exact = true })
            )
            .ToBeVisibleAsync();
        await owner.FollowAsync(@"caf\xE9");
        Assert.EndsWith("/files/caf%E9", owner.Path, StringComparison.Ordinal);
        await owner.ShowsAsync(@"caf\xE9");
        owner.AssertNoComplaint();
    }

    [Fact]
    public async Task AStrangersBackupShareAndOperationAreNotThere()
    {
        await using Window stranger = await Window.SignedInAsync(world, world.Stranger.Session.Token);
        foreach (
            PageOfSite page in Pages
                .Of(world)
                .Where(page =>
                    page.Path.Contains(world.Backup)
                    || page.Path.Contains(world.VolumeBackup)
                    || page.Path.Contains(world.Operation)
                    || page.Name is "share" or "search" or "history" or "volume"
                )
        )
        {
            IResponse answer = await stranger.GoAsync(page.Path);
            Assert.Equal((page.Name, 404), (page.Name, answer.Status));
            Assert.DoesNotContain(
                World.HostileName,
                await stranger.Page.InnerTextAsync("main"),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(403, (await stranger.GoAsync("/dashboard/service")).Status);
        Assert.Equal(
            0,
            await stranger.Page.GetByRole(AriaRole.Link, new() { Name = "Service", Exact = true }).CountAsync()
        );
    }

    private static void AssertHeaders(HttpResponseMessage answer)
    {
        Assert.Equal(ContentSecurityPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient http, string path, string? token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Add("Cookie", $"{Window.CookieName}={token}");
        }
        return await http.SendAsync(request);
    }

    // A script or style between its tags, a style or handler in an attribute.
    // What is between quotes is a value, whatever it looks like: the world has hostile names.
    [GeneratedRegex(
        "<script(?![^>]*\\ssrc=)|<style|<\\w+(\\s+[^\\s\"=<>]+(=\"[^\"]*\")?)*\\s+(style|on\\w+)=",
        RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Inline();

    [GeneratedRegex("\"(?<path>/dashboard/assets/[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asset();
}
