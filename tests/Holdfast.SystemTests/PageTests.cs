using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>What the pages tell people to type is typed here, beside a server that all of them share.</summary>
public sealed class PageTests(PageTests.PageServer pages) : IClassFixture<PageTests.PageServer>
{
    /// <summary>Pages whose commands other tests run, or none does, and why.</summary>
    internal static readonly Dictionary<string, string> NotRunHere = new()
    {
        ["docs/operate/disaster.md"] = "RunbookTests runs each section after its disaster",
        ["docs/operate/install.md"] = "InstallTests (./dev e2e install): from the archive, in a namespace",
        ["docs/operate/keys.md"] = "RunbookTests: it stops and starts the service",
        ["docs/operate/keystone.md"] =
            "needs the cloud's Keystone and its administrator; KeystoneTests serves with a Keystone of its own",
        ["docs/operate/postgresql.md"] = "StorePageTests, beside a PostgreSQL of its own",
        ["docs/operate/s3.md"] = "StorePageTests, beside a gateway of its own",
        ["docs/operate/upgrade.md"] =
            "InstallTests (./dev e2e install), and RollingUpgradeTests (./dev e2e upgrade) with PostgreSQL",
        ["docs/performance.md"] = "measures for an hour: ./dev bench",
        ["docs/user/repair.md"] = "RepairTests runs each repair on its damage",
        ["docs/user/restore-without-us.md"] = "RestoreWithoutUsTests runs it once the service is gone",
    };

    /// <summary>Blocks of the pages below that are left out, by their first line, and why.</summary>
    internal static readonly Dictionary<(string Page, string FirstLine), string> LeftOut = new()
    {
        [
            (
                "docs/user/completion.md",
                "holdfast completion bash | sudo tee /etc/bash_completion.d/holdfast >/dev/null"
            )
        ] = "writes to this machine's /etc",
        [("docs/user/operation.md", "holdfast operation cancel ID --wait")] =
            "needs an operation that lasts: OperationVerbTests cancels one",
        [("docs/operate/doctor.md", "holdfast doctor [--config FILE] [--json] [--quiet]")] = "a synopsis",
    };

    public static TheoryData<string> Pages => [.. PagesWithCommands().Where(page => !NotRunHere.ContainsKey(page))];

    [Theory]
    [MemberData(nameof(Pages))]
    [Trait("e2e", "pages")]
    public Task ItsCommandsDoWhatThePageSays(string page) =>
        pages.RunAsync(page, block => !LeftOut.ContainsKey((page, block.FirstLine)));

    /// <summary>All beneath <c>docs/</c> but the decisions, which tell nobody to type anything.</summary>
    internal static IEnumerable<string> PagesWithCommands() =>
        Directory
            .EnumerateFiles(RepositoryRoot.File("docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))
            .Where(page => !page.StartsWith("docs/adr/", StringComparison.Ordinal))
            .Where(page => CommandPage.Read(page).Blocks.Count > 0)
            .Order(StringComparer.Ordinal);

    /// <summary>One server; each page has a project of its own, with shares, two backups and a volume.</summary>
    public sealed class PageServer : IAsyncLifetime
    {
        private HoldfastServer server = null!;
        private Tenant recipient = null!;

        public async ValueTask InitializeAsync()
        {
            server = await HoldfastServer.StartAsync(
                new Dictionary<string, string?> { ["HOLDFAST_WEBHOOKS__HOSTS"] = "hooks.example.org" }
            );
            recipient = await Tenant.CreateAsync(server.Url, "recipient");
        }

        public async ValueTask DisposeAsync()
        {
            recipient.Dispose();
            await server.DisposeAsync();
        }

        public async Task RunAsync(string page, Func<CommandPage.Block, bool> isRun)
        {
            string name = Path.GetFileNameWithoutExtension(page);
            using Tenant tenant = await Tenant.CreateAsync(server.Url, name);
            string directory = server.Scratch.Make($"page-{name}");
            Share share = await tenant.CreateShareAsync();
            await WriteFilesAsync(share.Directory);
            string earlier = await tenant.BackUpAsync(share);
            await File.WriteAllTextAsync(Path.Combine(share.Directory, "documents/report.txt"), "second\n");
            string backup = await tenant.BackUpAsync(share);
            Share other = await tenant.CreateShareAsync();
            if (name == "volumes")
            {
                VolumeTenant volumes = new(tenant, Volumes);
                SystemVolume volume = await volumes.CreateAsync(size: 1);
                SparseImage.Write(volume.Image, 5 << 20, 1 << 20, seed: 1);
                backup = await volumes.BackUpAsync(volume);
                SparseImage.Write(Path.Combine(Volumes, "disk.raw"), 5 << 20, 1 << 20, seed: 2);
            }
            await WriteCloudsAsync(directory, tenant);
            await WriteWhatPagesNameAsync(directory, page);
            Dictionary<string, string?> environment = new(server.Settings)
            {
                ["PATH"] = $"{MakeTools()}:{Environment.GetEnvironmentVariable("PATH")}",
                ["HOME"] = directory,
                ["OS_CLOUD"] = "tenant",
                ["OS_CLIENT_CONFIG_FILE"] = Path.Combine(directory, "clouds.yaml"),
                ["URL"] = server.Url.GetLeftPart(UriPartial.Authority),
                ["TOKEN"] = tenant.Session.Token,
                ["PROJECT"] = tenant.ProjectId,
                ["RECIPIENT"] = recipient.ProjectId,
                ["SHARE"] = share.Id,
                ["OTHER"] = other.Id,
                ["BACKUP"] = backup,
                ["EARLIER"] = earlier,
                ["ID"] = await AnOperationAsync(tenant),
                ["PASSWORD"] = "a long enough password",
                // What an event's delivery has.
                ["SECRET"] = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ=",
                ["TIMESTAMP"] = "1768881600",
                ["BODY"] = "{}",
            };
            Dictionary<string, string> paths = new()
            {
                ["/srv/images"] = Volumes,
                ["/srv/backups"] = Path.Combine(directory, "backups"),
                ["/tmp/restored"] = Path.Combine(directory, "restored"),
                [" /home "] = $" {share.Directory} ",
            };
            await CommandPage.Read(page).RunAsync(environment, paths, isRun, directory);
        }

        private string Volumes => Path.Combine(server.DataDirectory, "volumes");

        private static async Task<string> AnOperationAsync(Tenant tenant) =>
            (await tenant.Session.GetAsync("/api/v1/operations?limit=1"))["operations"][0]!["id"]!.GetValue<string>();

        // The name with a byte that is no text can be had from a shell alone.
        private static async Task WriteFilesAsync(string directory) =>
            (
                await ChildProcess.RunAsync(
                    "bash",
                    ["-ec", "mkdir documents; echo first >documents/report.txt; echo x >$'caf\\xe9.txt'"],
                    workingDirectory: directory
                )
            ).Checked("the share's files");

        private Task WriteCloudsAsync(string directory, Tenant tenant)
        {
            (string Cloud, string Name, string Password)[] clouds =
            [
                ("tenant", tenant.Name, tenant.Password),
                ("recipient", recipient.Name, recipient.Password),
                ("admin", "admin", HoldfastServer.AdminPassword),
            ];
            return File.WriteAllTextAsync(
                Path.Combine(directory, "clouds.yaml"),
                "clouds:\n"
                    + string.Concat(
                        clouds.Select(one =>
                            $"""
                                  {one.Cloud}:
                                    region_name: RegionOne
                                    identity_api_version: 3
                                    auth:
                                      auth_url: {server.Url}identity/v3
                                      username: {one.Name}
                                      password: "{one.Password}"
                                      project_name: {one.Name}
                                      user_domain_id: default
                                      project_domain_id: default

                                """
                        )
                    )
            );
        }

        /// <summary>Files that pages take for there: the policy that the page itself shows, and what a first start leaves.</summary>
        private async Task WriteWhatPagesNameAsync(string directory, string page)
        {
            string text = await File.ReadAllTextAsync(RepositoryRoot.File(page));
            if (text.Split("```yaml\n") is [_, string yaml, ..])
            {
                await File.WriteAllTextAsync(Path.Combine(directory, "new-policy.yaml"), yaml.Split("```")[0]);
            }
            Directory.CreateDirectory(Path.Combine(directory, "var"));
            await File.WriteAllLinesAsync(
                Path.Combine(directory, "var/admin-openrc"),
                VerbClient
                    .AdminVariables(server)
                    .Select(one => $"export {one.Key}='{one.Value}'")
                    .Prepend("unset OS_CLOUD")
            );
        }

        private string MakeTools()
        {
            string tools = server.Scratch.Make("tools");
            string program = Path.Combine(tools, "holdfast");
            File.WriteAllText(program, $"#!/bin/sh\nexec {string.Join(' ', HoldfastServer.Command)} \"$@\"\n");
            RawFiles.ChangeMode(program, 0x1ed);
            return tools;
        }
    }
}

/// <summary>What <see cref="PageTests"/> leaves out, without a server.</summary>
public sealed class PageListTests
{
    [Fact]
    public void WhatIsListedAsNotRunIsThereAndSaysWhy()
    {
        Assert.Empty(PageTests.NotRunHere.Keys.Except(PageTests.PagesWithCommands()));
        Assert.All(PageTests.NotRunHere.Values.Concat(PageTests.LeftOut.Values), Assert.NotEmpty);
        Assert.All(
            PageTests.LeftOut.Keys,
            left => Assert.Contains(CommandPage.Read(left.Page).Blocks, block => block.FirstLine == left.FirstLine)
        );
    }
}
