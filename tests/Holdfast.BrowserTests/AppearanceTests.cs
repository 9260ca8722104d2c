using System.Globalization;
using Holdfast.BrowserTests.Site;
using Holdfast.Testing;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests;

/// <summary>
/// Every page as people see it: light and dark, on a desk and on a phone. Pictures are kept in <c>artifacts/screenshots</c>.
/// </summary>
public sealed class AppearanceTests(World world, ITestOutputHelper output)
{
    private static readonly string Pictures = Directory
        .CreateDirectory(RepositoryRoot.File("artifacts/screenshots"))
        .FullName;

    [Theory]
    [InlineData("desktop", 1280, 800, "light")]
    [InlineData("desktop", 1280, 800, "dark")]
    [InlineData("phone", 360, 740, "light")]
    [InlineData("phone", 360, 740, "dark")]
    public async Task NoPageHasAnAccessibilityFaultOrIsWiderThanItsWindow(
        string device,
        int width,
        int height,
        string scheme
    )
    {
        BrowserNewContextOptions options = new()
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            // For the judge's own script alone: that no page breaks the policy is another test's matter.
            BypassCSP = true,
        };
        await using Window nobody = await Window.OpenAsync(world, options);
        await using Window owner = await Window.SignedInAsync(world, world.Owner.Session.Token, options);
        await using Window administrator = await Window.SignedInAsync(world, world.Administrator.Token, options);
        List<string> faults = [];
        await LookAsync(nobody, new PageOfSite("sign-in", "/dashboard/sign-in"));
        foreach (PageOfSite page in Pages.Of(world))
        {
            await LookAsync(page.ByAdministrator ? administrator : owner, page);
        }
        Assert.Empty(faults);

        async Task LookAsync(Window window, PageOfSite page)
        {
            IResponse answer = await window.GoAsync(page.Path);
            Assert.Equal(page.Status, answer.Status);
            faults.AddRange((await Axe.ViolationsAsync(window.Page)).Select(fault => $"{page.Name}: {fault}"));
            int wide = await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (wide > width)
            {
                faults.Add($"{page.Name}: {wide} pixels wide in a window of {width}");
            }
            string picture = Path.Join(Pictures, $"{page.Name}-{device}-{scheme}.png");
            await window.Page.ScreenshotAsync(new PageScreenshotOptions { Path = picture, FullPage = true });
            double paint = await window.Page.EvaluateAsync<double>(
                "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
            );
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{picture}\tfirst paint {paint:0} ms"));
        }
    }
}
