using Holdfast.BrowserTests.Site;
using Holdfast.SystemTests.Server;
using Microsoft.Playwright;
using Xunit;

namespace Holdfast.BrowserTests;

/// <summary>From sign-in to a file that is back: with the mouse, with the keyboard alone, and without scripts.</summary>
public sealed class JourneyTests(World world)
{
    private const int PartOfVolume = 1 << 20;

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
        await Assertions.Expect(window.Page.GetByText("Nothing is backed up by itself.")).ToBeVisibleAsync();

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
    public async Task AVolumeIsBackedUpAndItsBytesAreBack()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "disks");
        SystemVolume volume = await world.Volumes(tenant).CreateAsync(1, "disk");
        byte[] written = Write(volume, seed: 1);
        await using Window window = await Window.OpenAsync(world);
        await window.GoAsync("/dashboard");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.ShowsAsync("Overview");
        await window.FollowAsync("Volumes");
        await window.ShowsAsync("Volumes");
        await window.FollowAsync("disk");
        await window.ShowsAsync("disk");
        await window.Page.GetByLabel("Name of the backup").FillAsync("before");
        await window.ClickAsync("Back up now");
        await window.ShowsAsync("Create volume backup");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Write(volume, seed: 2);

        // The operation leads to its volume, and that to the backup.
        await window.FollowAsync(volume.Id);
        await window.ShowsAsync("disk");
        await window
            .Page.GetByRole(AriaRole.Row, new() { Name = "before" })
            .GetByRole(AriaRole.Link)
            .First.ClickAsync();
        await window.ShowsAsync("before");
        await window.FollowAsync("Restore…");

        // No volume is overwritten that nobody chose: the browser does not send the form, nor does the service take it.
        await window.ShowsAsync("Restore this volume’s backup?");
        await Assertions.Expect(window.Page.Locator("#volume option:checked")).ToHaveTextAsync("Choose a volume");
        await window.ClickAsync("Replace its content");
        await window.ShowsAsync("Restore this volume’s backup?");
        await window.Page.EvalOnSelectorAsync("#volume", "volume => volume.remove()");
        await window.ClickAsync("Replace its content");
        await Assertions.Expect(window.Page.GetByText("Choose the volume that is overwritten.")).ToBeVisibleAsync();
        await window.Page.GoBackAsync();
        await window.Page.ReloadAsync();

        await window.Page.GetByLabel("The volume").SelectOptionAsync("disk, 1 GiB (where it was)");
        await window.ClickAsync("Replace its content");
        await window.ShowsAsync("Restore volume backup");
        await Assertions.Expect(window.Page.Locator("[data-field=status]")).ToHaveTextAsync("Succeeded");
        Assert.Equal(written, Read(volume));
        window.AssertNoComplaint();
    }

    [Fact]
    public async Task ABackupBecomesANewVolumeAndAVolumeIsBackedUpByItselfWithoutScripts()
    {
        using Tenant tenant = await Tenant.CreateAsync(world.Server.Url, "copies");
        SystemVolume volume = await world.Volumes(tenant).CreateAsync(1, "disk");
        byte[] written = Write(volume, seed: 3);
        string backup = await world.Volumes(tenant).BackUpAsync(volume);
        Write(volume, seed: 4);
        await using Window window = await Window.OpenAsync(world, new() { JavaScriptEnabled = false });
        await window.GoAsync($"/dashboard/backups/{backup}/restore-volume");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.ShowsAsync("Restore this volume’s backup?");
        await window.Page.GetByLabel("Name").FillAsync("copy");
        await window.ClickAsync("Make a new volume");
        await window.ShowsAsync("Create volume");
        await SucceedsAsync(window);
        await window.FollowAsync("Volumes");
        await window.Page.GetByLabel("Name").FillAsync("copy");
        await window.ClickAsync("Find");
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "disk", Exact = true }))
            .ToHaveCountAsync(0);
        await window.FollowAsync("copy");
        await window.ShowsAsync("copy");
        string copy = window.Path.Split('/')[^1];
        Assert.NotEqual(volume.Id, copy);
        Assert.Equal(written, Read(new SystemVolume(copy, Path.Join(Path.GetDirectoryName(volume.Image), copy))));
        Assert.NotEqual(written, Read(volume));

        await window.Page.GetByText("Make a schedule").ClickAsync();
        await window.Page.Locator("#schedule-name").FillAsync("yearly");
        await window.Page.GetByLabel("Minute, hour, day, month, weekday").FillAsync("30 2 1 1 *");
        await window.ClickAsync("Make it");
        await window.ShowsAsync("yearly");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "the volume" }).ClickAsync();
        await window.ShowsAsync("copy");
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Link, new() { Name = "yearly", Exact = true }))
            .ToBeVisibleAsync();

        // The way leads back from the backup to its volume; what is deleted is gone from there.
        await window.GoAsync($"/dashboard/backups/{backup}");
        await window.FollowAsync("Delete…");
        await window.ClickAsync("Delete the backup");
        await window.ShowsAsync("disk");
        Assert.Equal($"/dashboard/volumes/{volume.Id}", window.Path);
    }

    [Fact]
    public async Task AnOperationThatWaitsIsCancelled()
    {
        // Backups wait so long that they can be cancelled.
        await using HoldfastServer slow = await HoldfastServer.StartAsync(
            new Dictionary<string, string?> { ["HOLDFAST_WORKERS__GRACE_SECONDS"] = "3600" }
        );
        using Tenant tenant = await Tenant.CreateAsync(slow.Url, "patience");
        Share share = await World.MakeShareAsync(tenant, "work");
        await using Window window = await Window.OpenAsync(world, service: slow.Url);
        await window.GoAsync("/dashboard");
        await window.SignInAsync(tenant.Name, tenant.Password);
        await window.FollowAsync("Shares");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Back up now" }).ClickAsync();
        await window.ShowsAsync("Create backup");
        ILocator status = window.Page.Locator("[data-field=status]");
        await Assertions.Expect(status).ToHaveTextAsync("Queued");

        // Another window looks on, and is told.
        IPage other = await window.Context.NewPageAsync();
        await other.GotoAsync(window.Path);
        await Assertions.Expect(other.Locator("[data-field=status]")).ToHaveTextAsync("Queued");
        await window.ClickAsync("Cancel this operation");
        await window.ShowsAsync("Create backup");
        await Assertions.Expect(status).ToHaveTextAsync("Cancelled");
        await Assertions.Expect(window.Page.GetByText("Cancelled before it began.")).ToBeVisibleAsync();
        await Assertions
            .Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel this operation" }))
            .ToHaveCountAsync(0);
        await Assertions.Expect(other.Locator("[data-field=status]")).ToHaveTextAsync("Cancelled");
        await Assertions
            .Expect(other.GetByRole(AriaRole.Button, new() { Name = "Cancel this operation" }))
            .ToBeHiddenAsync();
        Assert.Equal("available", await tenant.ShareStatusAsync(share.Id));
        Assert.Equal("error", Assert.Single(await tenant.BackupStatesAsync()).Value);
        window.AssertNoComplaint();
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

    /// <summary>Writes bytes into the volume's image, some at its beginning and some at its end.</summary>
    /// <returns>What <see cref="Read"/> reads then.</returns>
    private static byte[] Write(SystemVolume volume, int seed)
    {
        byte[] bytes = new byte[2 * PartOfVolume];
        new Random(seed).NextBytes(bytes);
        using FileStream image = File.OpenWrite(volume.Image);
        image.Write(bytes.AsSpan(0, PartOfVolume));
        image.Seek(-PartOfVolume, SeekOrigin.End);
        image.Write(bytes.AsSpan(PartOfVolume));
        return bytes;
    }

    private static byte[] Read(SystemVolume volume)
    {
        byte[] bytes = new byte[2 * PartOfVolume];
        using FileStream image = File.OpenRead(volume.Image);
        Assert.Equal(1L << 30, image.Length);
        image.ReadExactly(bytes.AsSpan(0, PartOfVolume));
        image.Seek(-PartOfVolume, SeekOrigin.End);
        image.ReadExactly(bytes.AsSpan(PartOfVolume));
        return bytes;
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
