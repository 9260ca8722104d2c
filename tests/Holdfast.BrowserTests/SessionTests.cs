using System.Net;
using System.Text.RegularExpressions;
using Holdfast.BrowserTests.Site;
using Holdfast.SystemTests.Server;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests;

/// <summary>In, out, and whose form it is.</summary>
public sealed partial class SessionTests(World world)
{
    [Fact]
    public async Task SignsInChoosesAProjectSwitchesItAndSignsOut()
    {
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync("/dashboard/operations");
        await window.ShowsAsync("Sign in to Holdfast");
        Assert.Equal("/dashboard/sign-in?return=%2Fdashboard%2Foperations", window.Path);
        await window.SignInAsync(world.Owner.Name, world.Owner.Password);

        // A user of two projects.
        await window.ShowsAsync("Choose a project");
        await window.ClickAsync("owner");
        await window.ShowsAsync("Operations");
        BrowserContextCookiesResult cookie = Assert.Single(await window.Context.CookiesAsync());
        Assert.Equal(
            (Window.CookieName, "/dashboard", true, SameSiteAttribute.Strict, false, -1f),
            (cookie.Name, cookie.Path, cookie.HttpOnly, cookie.SameSite, cookie.Secure, cookie.Expires)
        );
        // It is what X-Auth-Token would hold.
        using var session = OpenStackSession.With(world.Server.Url, cookie.Value, world.Owner.ProjectId);
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync("/v2/shares")).Status);

        await window.Page.GetByLabel("Project").SelectOptionAsync("archive");
        await window.ClickAsync("Switch");
        await window.ShowsAsync("Overview");
        await Assertions.Expect(window.Page.Locator("main")).ToContainTextAsync("The project has no shares yet.");
        // The token of the project before is over.
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.GetAsync("/v2/shares")).Status);
        string token = Assert.Single(await window.Context.CookiesAsync()).Value;

        await window.ClickAsync("Sign out");
        await window.ShowsAsync("Sign in to Holdfast");
        Assert.Empty(await window.Context.CookiesAsync());
        using var after = OpenStackSession.With(world.Server.Url, token, world.SecondProject);
        Assert.Equal(HttpStatusCode.Unauthorized, (await after.GetAsync("/v2/shares")).Status);
        await window.GoAsync("/dashboard");
        await window.ShowsAsync("Sign in to Holdfast");
        window.AssertNoComplaint();
    }

    [Fact]
    public async Task AWrongPasswordIsToldAndIsTheNextThingToType()
    {
        // The policy is passed over for the judge's own script alone.
        await using Window window = await Window.OpenAsync(world, new() { BypassCSP = true });
        await window.GoAsync("/dashboard/sign-in");
        Assert.Equal("Sign in – Holdfast", await window.Page.TitleAsync());
        await window.SignInAsync("friend", "not the password");
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("The user name or the password is wrong.");
        Assert.Equal("Not signed in – Holdfast", await window.Page.TitleAsync());
        await Assertions.Expect(window.Page.GetByLabel("User name")).ToHaveValueAsync("friend");
        ILocator password = window.Page.GetByLabel("Password");
        await Assertions.Expect(password).ToBeFocusedAsync();
        await Assertions.Expect(password).ToHaveAccessibleDescriptionAsync("The user name or the password is wrong.");
        Assert.Empty(await Axe.ViolationsAsync(window.Page));
        Assert.Empty(await window.Context.CookiesAsync());
        // No domains where identity is our own.
        Assert.Equal(0, await window.Page.GetByLabel("User domain").CountAsync());

        // Of a browser that does not look first.
        await window.Page.EvalOnSelectorAsync("main form", "form => form.noValidate = true");
        await window.SignInAsync("", world.Friend.Password);
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("Enter your user name and your password.");
        await Assertions.Expect(window.Page.GetByLabel("User name")).ToBeFocusedAsync();
        await window.SignInAsync("friend", world.Friend.Password);
        await window.ShowsAsync("Overview");
    }

    [Fact]
    public async Task WhoeverGuessesWaitsAndTheRightPasswordIsNoWayAround()
    {
        // One more attempt is let through every five seconds, so on a slow machine the right one may be: then again.
        const int allowed = 10;
        const int most = 60;
        using Tenant guessed = await Tenant.CreateAsync(world.Server.Url, "guessed");
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync("/dashboard/sign-in");
        int wrong = 0;
        bool refused = false;
        for (int attempt = 0; attempt < most && !refused; attempt++)
        {
            int status = await TryAsync("not the password");
            if (status == 401)
            {
                wrong++;
                continue;
            }
            Assert.Equal(429, status);
            await AssertWaitsAsync();
            refused = await TryAsync(guessed.Password) == 429;
            if (!refused)
            {
                await window.ClickAsync("Sign out");
                await window.ShowsAsync("Sign in to Holdfast");
            }
        }
        Assert.True(refused, $"Of {most} attempts, {wrong} were wrong, and the right password was never refused.");
        Assert.InRange(wrong, allowed, most);
        await AssertWaitsAsync();
        Assert.Empty(await window.Context.CookiesAsync());

        // It is about this name: others come in.
        await window.SignInAsync("friend", world.Friend.Password);
        await window.ShowsAsync("Overview");

        async Task<int> TryAsync(string password) =>
            (
                await window.Page.RunAndWaitForResponseAsync(
                    () => window.SignInAsync(guessed.Name, password),
                    response => response.Request.Method == "POST"
                )
            ).Status;

        async Task AssertWaitsAsync()
        {
            await Assertions.Expect(window.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(TooMany());
            Assert.Equal("Not signed in – Holdfast", await window.Page.TitleAsync());
        }
    }

    [Fact]
    public async Task OverTlsTheSessionsCookieIsSentByTlsAlone()
    {
        await using HoldfastServer server = await HoldfastServer.StartTlsAsync();
        await using Window window = await Window.OpenAsync(world, new() { IgnoreHTTPSErrors = true }, server.Url);
        await window.GoAsync("/dashboard");
        await window.SignInAsync("admin", HoldfastServer.AdminPassword);
        await window.ShowsAsync("Overview");
        BrowserContextCookiesResult cookie = Assert.Single(await window.Context.CookiesAsync());
        Assert.Equal(
            (Window.CookieName, "/dashboard", true, SameSiteAttribute.Strict, true, -1f),
            (cookie.Name, cookie.Path, cookie.HttpOnly, cookie.SameSite, cookie.Secure, cookie.Expires)
        );

        // A form of the page is taken, and no script of a page sees the session.
        Assert.Equal("", await window.Page.EvaluateAsync<string>("document.cookie"));
        await window.ClickAsync("Sign out");
        await window.ShowsAsync("Sign in to Holdfast");
        Assert.Empty(await window.Context.CookiesAsync());
        window.AssertNoComplaint();
    }

    [Theory]
    [InlineData("//evil.test/")]
    [InlineData("https://evil.test/")]
    [InlineData("/dashboard.evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("/dashboard/\\..\\evil")]
    [InlineData("/v2/shares")]
    [InlineData("javascript:alert(1)")]
    public async Task NobodyIsLedElsewhere(string elsewhere)
    {
        using HttpClient http = Client();
        using HttpResponseMessage answer = await http.PostAsync(
            "/dashboard/sign-in",
            Form(("user", "friend"), ("password", world.Friend.Password), ("return", elsewhere))
        );
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/dashboard", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task AFormWithoutItsTokenOrOfAnotherSessionIsRefused()
    {
        Share share = await World.MakeShareAsync(world.Friend, "not asked for");
        string path = $"/dashboard/shares/{share.Id}/backups";
        foreach (string? shown in (string?[])[null, "", "AAAA", await FormTokenAsync(world.Owner.Session.Token)])
        {
            using HttpResponseMessage answer = await PostAsync(path, world.Friend.Session.Token, shown);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Contains("nothing was done", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(0, await BackupsOfAsync(share));

        // The same with it is done.
        string own = await FormTokenAsync(world.Friend.Session.Token);
        using HttpResponseMessage done = await PostAsync(path, world.Friend.Session.Token, own);
        Assert.Equal(HttpStatusCode.SeeOther, done.StatusCode);
        Assert.Equal(1, await BackupsOfAsync(share));
    }

    [Theory]
    [InlineData("Origin", "https://evil.test")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    public async Task AFormOfAnotherSitesPageIsRefused(string header, string value)
    {
        Share share = await World.MakeShareAsync(world.Friend, "asked for elsewhere");
        string own = await FormTokenAsync(world.Friend.Session.Token);
        using HttpResponseMessage answer = await PostAsync(
            $"/dashboard/shares/{share.Id}/backups",
            world.Friend.Session.Token,
            own,
            (header, value)
        );
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("another site", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await BackupsOfAsync(share));
    }

    [Fact]
    public async Task AnotherSitesPageCanUseNoSession()
    {
        Share share = await World.MakeShareAsync(world.Friend, "clicked elsewhere");
        await using Window window = await Window.SignedInAsync(world, world.Friend.Session.Token);
        string action = new Uri(world.Server.Url, $"/dashboard/shares/{share.Id}/backups").ToString();
        await window.Context.RouteAsync(
            "http://evil.test/**",
            route =>
                route.FulfillAsync(
                    new RouteFulfillOptions
                    {
                        ContentType = "text/html",
                        Body = $"<form method=post action='{action}'><button>Win</button></form>",
                    }
                )
        );
        await window.GoAsync("http://evil.test/");
        IResponse answer = await window.Page.RunAndWaitForResponseAsync(
            () => window.ClickAsync("Win"),
            response => response.Url == action
        );
        Assert.Equal(403, answer.Status);
        Assert.Equal(0, await BackupsOfAsync(share));
    }

    private async Task<int> BackupsOfAsync(Share share) =>
        (await world.Friend.Session.GetAsync($"/api/v1/backups?share_id={share.Id}"))["backups"].AsArray().Count;

    private async Task<string> FormTokenAsync(string token)
    {
        const string field = "name=\"form_token\" value=\"";
        using HttpClient http = Client();
        using HttpRequestMessage request = new(HttpMethod.Get, "/dashboard");
        request.Headers.Add("Cookie", $"{Window.CookieName}={token}");
        string page = await (await http.SendAsync(request)).Content.ReadAsStringAsync();
        int at = page.IndexOf(field, StringComparison.Ordinal) + field.Length;
        return page[at..page.IndexOf('"', at)];
    }

    private async Task<HttpResponseMessage> PostAsync(
        string path,
        string token,
        string? formToken,
        (string Name, string Value)? header = null
    )
    {
        using HttpClient http = Client();
        using HttpRequestMessage request = new(HttpMethod.Post, path)
        {
            Content = formToken is null ? Form() : Form(("form_token", formToken)),
        };
        request.Headers.Add("Cookie", $"{Window.CookieName}={token}");
        if (header is var (name, value))
        {
            request.Headers.Add(name, value);
        }
        return await http.SendAsync(request);
    }

    private HttpClient Client() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = world.Server.Url };

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [GeneratedRegex("^Too many failed logins\\. Try again in [1-5] seconds\\.$", RegexOptions.None, 1000)]
    private static partial Regex TooMany();
}
