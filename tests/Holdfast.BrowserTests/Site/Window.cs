using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests.Site;

/// <summary>
/// A browser window with nothing remembered. Whatever it complains of is kept: a script or style that the policy forbids, a
/// script that fails, a request to somebody else.
/// </summary>
public sealed class Window : IAsyncDisposable
{
    public const string CookieName = "holdfast_session";

    private readonly World world;
    private readonly ConcurrentQueue<string> complaints = new();

    private Window(World world, IBrowserContext context, IPage page) =>
        (this.world, Context, Page) = (world, context, page);

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    /// <summary>The path and query that it shows.</summary>
    public string Path => new Uri(Page.Url).PathAndQuery;

    /// <param name="service">Where it goes; null is the world's server.</param>
    public static async Task<Window> OpenAsync(
        World world,
        BrowserNewContextOptions? options = null,
        Uri? service = null
    )
    {
        service ??= world.Server.Url;
        options ??= new BrowserNewContextOptions();
        options.BaseURL = service.ToString();
        IBrowserContext context = await world.Browser.NewContextAsync(options);
        IPage page = await context.NewPageAsync();
        Window window = new(world, context, page);
        page.Console += (_, message) =>
        {
            // The browser's own word on a status that a test asks for.
            if (
                message.Type is "error" or "warning"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
            )
            {
                window.complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => window.complaints.Enqueue(error);
        page.Dialog += async (_, dialog) =>
        {
            window.complaints.Enqueue($"A dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(service.ToString(), StringComparison.Ordinal))
            {
                window.complaints.Enqueue($"Asked {request.Url}");
            }
        };
        return window;
    }

    /// <summary>The same, signed in already: with the token that the person has.</summary>
    public static async Task<Window> SignedInAsync(World world, string token, BrowserNewContextOptions? options = null)
    {
        Window window = await OpenAsync(world, options);
        await window.Context.AddCookiesAsync([
            new Cookie
            {
                Name = CookieName,
                Value = token,
                Domain = world.Server.Url.Host,
                Path = "/dashboard",
                HttpOnly = true,
                SameSite = SameSiteAttribute.Strict,
            },
        ]);
        return window;
    }

    public async Task<IResponse> GoAsync(string path) =>
        await Page.GotoAsync(path) ?? throw new InvalidOperationException($"{path} gave no answer.");

    /// <summary>By the form on the sign-in page.</summary>
    public async Task SignInAsync(string user, string password)
    {
        await Page.GetByLabel("User name").FillAsync(user);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    public Task ClickAsync(string button) =>
        Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task FollowAsync(string link) =>
        Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).First.ClickAsync();

    /// <summary>The page's heading, waited for.</summary>
    public Task ShowsAsync(string heading) =>
        Assertions.Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(heading);

    public void AssertNoComplaint() => Assert.Empty(complaints);

    public async ValueTask DisposeAsync() => await Context.CloseAsync();
}
