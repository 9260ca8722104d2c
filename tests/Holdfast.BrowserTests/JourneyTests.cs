using Holdfast.BrowserTests.Site;
using Holdfast.SystemTests.Server;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests;

/// <summary>From sign-in to a file that is back: with the mouse, with the keyboard alone, and without scripts.</summary>
public sealed class JourneyTests(World world)
{
    [Fact]
    public async Task ALostFileIsBackInAFewClicks()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "clicks");
        (Share share, string report) = await LoseReportAsync(tenant);
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync("/dashboard");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.ShowsAsync("Overview");
        await window.FollowAsync("Shares");
        await window.FollowAsync("work");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Browse" }).ClickAsync();
        await window.FollowAsync("documents");
        await window.FollowAsync("report.txt");
        await window.FollowAsync("Restore…");
        await window.ShowsAsync("Restore “documents/report.txt”?");
        await window.ClickAsync("Replace what is there");

        // The operation's page follows it to its end, and says so to whoever cannot see.
        await window.ShowsAsync("Restore files");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(report));
        window.AssertNoComplaint();

        // Beside what is there: nothing of it is changed.
        await File.WriteAllTextAsync(report, "newer");
        await tenant.WaitForShareAsync(share.Id, "available");
        string backup = await NewestBackupAsync(tenant);
        await window.GoAsync($"/dashboard/backups/{backup}/restore/documents");
        await window.ClickAsync("Restore beside the original");
        await window.ShowsAsync("Restore files");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Assert.Equal("newer", await File.ReadAllTextAsync(report));
        string beside = Assert.Single(Directory.GetDirectories(share.Directory, "restored-*"));
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(Path.Join(beside, "documents", "report.txt")));

        // Everything: what was added since is gone.
        await tenant.WaitForShareAsync(share.Id, "available");
        await window.GoAsync($"/dashboard/backups/{backup}");
        await window.FollowAsync("Restore everything…");
        await window.ShowsAsync("Restore everything?");
        await window.ClickAsync("Replace what is there");
        await window.ShowsAsync("Restore files");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Assert.False(Directory.Exists(beside));
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(report));
    }

    [Fact]
    public async Task AShareIsBackedUpByItselfAndABackupHeld()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "schedules");
        (Share share, _) = await LoseReportAsync(tenant);
        string backup = await NewestBackupAsync(tenant);
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync($"/dashboard/shares/{share.Id}");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.ShowsAsync("work");
        await window.Page.GetByText("Make a schedule").ClickAsync();
        await window.Page.Locator("#schedule-name").FillAsync("nightly");
        await window.Page.GetByLabel("Minute, hour, day, month, weekday").FillAsync("often");
        await window.ClickAsync("Make it");
        await Assertions.Expect(window.Page.GetByText("which is no schedule")).ToBeVisibleAsync();
        await window.Page.GoBackAsync();
        await window.Page.GetByText("Make a schedule").ClickAsync();
        await window.Page.Locator("#schedule-name").FillAsync("nightly");
        await window.Page.GetByLabel("Minute, hour, day, month, weekday").FillAsync("30 2 1 1 *");
        await window.ClickAsync("Make it");
        await window.ShowsAsync("nightly");

        // What other rules would do, and then those rules.
        await window.Page.GetByLabel("Last", new() { Exact = true }).FillAsync("3");
        await window.ClickAsync("See what these rules would do");
        await Assertions
            .Expect(window.Page.GetByText("With these rules 0 backups of 0 would be deleted"))
            .ToBeVisibleAsync();
        await window.ClickAsync("Keep by these rules");
        await window.ShowsAsync("nightly");
        await Assertions.Expect(window.Page.GetByText("3 last, 7 daily, 4 weekly, 12 monthly")).ToBeVisibleAsync();
        await window.FollowAsync("Schedules");
        await window.ShowsAsync("Schedules");
        await window.FollowAsync("nightly");
        await window.ClickAsync("Remove the schedule");
        await Assertions.Expect(window.Page.GetByText("No share is backed up by itself.")).ToBeVisibleAsync();

        await window.GoAsync($"/dashboard/backups/{backup}");
        await window.Page.GetByLabel("Reason").FillAsync("Case 17");
        await window.ClickAsync("Hold this backup");
        await Assertions.Expect(window.Page.GetByText("until it is lifted")).ToBeVisibleAsync();
        await window.FollowAsync("Delete…");
        await window.ClickAsync("Delete the backup");
        await Assertions.Expect(window.Page.GetByText("cannot be deleted")).ToBeVisibleAsync();
        Assert.Contains(backup, (await tenant.BackupStatesAsync()).Keys);
    }

    [Fact]
    public async Task TheKeyboardIsEnough()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "keys");
        (_, string report) = await LoseReportAsync(tenant);
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync("/dashboard");
        await TabToAsync(window, "User name");
        await window.Page.Keyboard.TypeAsync(tenant.Name);
        await TabToAsync(window, "Password");
        await window.Page.Keyboard.TypeAsync(tenant.Password);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync("Overview");

        // The first stop of a page leads past its navigation.
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await FocusedAsync(window));
        await EnterAsync(window, "Shares", "Shares");
        await EnterAsync(window, "work", "work");
        await TabToAsync(window, "Browse the backup of");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync("Files");
        await EnterAsync(window, "documents", "documents");
        await EnterAsync(window, "report.txt", "report.txt");
        await EnterAsync(window, "Restore…", "Restore “documents/report.txt”?");
        await EnterAsync(window, "Replace what is there", "Restore files");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(report));
    }

    [Fact]
    public async Task NothingIsReplacedInAShareThatNobodyChose()
    {
        await using Window window = await Window.SignedInAsync(world, world.Owner.Session.Token);
        await window.GoAsync($"/dashboard/backups/{world.Backup}/restore/documents");
        // Its own share, though others come before it by name.
        await Assertions
            .Expect(window.Page.Locator("#share option:checked"))
            .ToHaveTextAsync($"{World.HostileName} (where it was)");
        await window.Page.EvalOnSelectorAsync("#share", "share => share.remove()");
        await window.ClickAsync("Replace what is there");
        await Assertions.Expect(window.Page.GetByText("Choose the share that it is restored to.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task TheOverviewSaysWhatBackupsTake()
    {
        await using Window window = await Window.SignedInAsync(world, world.Owner.Session.Token);
        await window.GoAsync("/dashboard");
        ILocator stored = window.Page.Locator(".figure", new() { HasText = "Stored" });
        await Assertions.Expect(stored).ToContainTextAsync("in all backups");
        await Assertions.Expect(stored).ToContainTextAsync("without repetition");
    }

    [Fact]
    public async Task WithoutScriptsItIsTheSame()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "plain");
        (_, string report) = await LoseReportAsync(tenant);
        await using Window window = await Window.OpenAsync(world, new() { JavaScriptEnabled = false });
        await window.GoAsync("/dashboard");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.FollowAsync("Shares");
        await window.FollowAsync("work");
        await window.Page.GetByLabel("Find a file in all backups").FillAsync("report");
        await window.ClickAsync("Search");
        await window.FollowAsync("documents/report.txt");
        await window.FollowAsync("Restore…");
        await window.ClickAsync("Replace what is there");
        await window.ShowsAsync("Restore files");
        await SucceedsAsync(window);
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(report));

        await window.FollowAsync("Shares");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Back up now" }).ClickAsync();
        await window.ShowsAsync("Create backup");
        await SucceedsAsync(window);
    }

    [Fact]
    public async Task ADownloadHasTheFilesBytesUnderItsName()
    {
        await using Window window = await Window.SignedInAsync(world, world.Owner.Session.Token);
        await window.GoAsync($"/dashboard/backups/{world.Backup}/files/documents/report.txt");
        IDownload download = await window.Page.RunAndWaitForDownloadAsync(() => window.FollowAsync("Download"));
        Assert.Equal("report.txt", download.SuggestedFilename);
        Assert.Equal(World.ReportText, await File.ReadAllTextAsync(await download.PathAsync()));
    }

    [Fact]
    public async Task AnOperationThatBeginsAppearsInTheListByItself()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "live");
        Share share = await World.MakeShareAsync(tenant, "work");
        await using Window window = await Window.SignedInAsync(world, tenant.Session.Token);
        await window.Page.RunAndWaitForRequestAsync(
            () => window.GoAsync("/dashboard/operations"),
            request => request.Url.EndsWith("/dashboard/events", StringComparison.Ordinal)
        );
        await World.BackUpAsync(tenant, share);
        await World.BackUpAsync(tenant, share);
        ILocator rows = window.Page.GetByRole(AriaRole.Row, new() { Name = "Create backup" });
        await Assertions.Expect(rows.First).ToContainTextAsync("Succeeded");
        await Assertions.Expect(window.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Succeeded");
        window.AssertNoComplaint();
    }

    [Fact]
    public async Task ABackupIsSharedAcceptedLookedIntoAndTakenBack()
    {
        using Tenant giver = await Tenant.CreateAsync(world.Server.Url, "giver");
        using Tenant taker = await Tenant.CreateAsync(world.Server.Url, "taker");
        (_, _) = await LoseReportAsync(giver);
        string backup = await NewestBackupAsync(giver);
        await using Window gives = await Window.SignedInAsync(world, giver.Session.Token);
        await gives.GoAsync($"/dashboard/backups/{backup}");
        await gives.Page.GetByLabel("Project's id").FillAsync(taker.ProjectId);
        await gives.Page.GetByLabel("Only once they accept").CheckAsync();
        await gives.ClickAsync("Share this backup");
        await Assertions.Expect(gives.Page.Locator("main")).ToContainTextAsync("Pending");

        await using Window takes = await Window.SignedInAsync(world, taker.Session.Token);
        Assert.Equal(404, (await takes.GoAsync($"/dashboard/backups/{backup}")).Status);
        await takes.GoAsync("/dashboard/sharings");
        await takes.Page.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await Assertions.Expect(takes.Page.Locator("main")).ToContainTextAsync("Accepted");
        Assert.Equal(200, (await takes.GoAsync($"/dashboard/backups/{backup}/files/documents")).Status);

        await gives.GoAsync("/dashboard/sharings");
        await gives.Page.GetByRole(AriaRole.Button, new() { Name = "End" }).ClickAsync();
        await Assertions.Expect(gives.Page.Locator("main")).ToContainTextAsync("Nothing is shared.");
        Assert.Equal(404, (await takes.GoAsync($"/dashboard/backups/{backup}")).Status);
        await gives.GoAsync("/dashboard/audit");
        await Assertions.Expect(gives.Page.Locator("main")).ToContainTextAsync("sharing.look");
    }

    /// <summary>A share <c>work</c> whose report was backed up and then spoilt.</summary>
    private static async Task<(Share Share, string Report)> LoseReportAsync(Tenant tenant)
    {
        Share share = await World.MakeShareAsync(tenant, "work");
        World.Fill(share);
        await World.BackUpAsync(tenant, share);
        string report = Path.Join(share.Directory, "documents", "report.txt");
        await File.WriteAllTextAsync(report, "spoilt");
        return (share, report);
    }

    private static async Task<string> NewestBackupAsync(Tenant tenant) =>
        (await tenant.Session.GetAsync("/api/v1/backups"))["backups"][0]!["id"]!.GetValue<string>();

    /// <summary>Reloads the operation's page until it says so.</summary>
    private static Task SucceedsAsync(Window window) =>
        Testing.Processes.Eventually.HoldsAsync(
            "the operation to succeed",
            async () =>
            {
                await window.Page.ReloadAsync();
                return await window.Page.Locator("[data-field=status]").InnerTextAsync() == "Succeeded";
            }
        );

    private static async Task EnterAsync(Window window, string name, string heading)
    {
        await TabToAsync(window, name);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.ShowsAsync(heading);
    }

    /// <summary>Presses Tab until what has that name, or one that begins so, has the focus.</summary>
    private static async Task TabToAsync(Window window, string name)
    {
        const int most = 60;
        for (int pressed = 0; pressed < most; pressed++)
        {
            string focused = await FocusedAsync(window);
            if (
                focused == name
                || (
                    name.EndsWith(" of", StringComparison.Ordinal) && focused.StartsWith(name, StringComparison.Ordinal)
                )
            )
            {
                return;
            }
            await window.Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"No number of tabs leads to '{name}'.");
    }

    private static Task<string> FocusedAsync(Window window) =>
        window.Page.EvaluateAsync<string>(
            "(e => (e.labels?.[0]?.textContent ?? e.textContent).trim())(document.activeElement)"
        );
}
