using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Holdfast.Cli;
using Holdfast.Core.Services;

namespace Holdfast.Hosting;

/// <summary>
/// What the first <c>serve --demo</c> makes once the service answers: a project and a user <c>demo</c>, a share with
/// sample files, and a first backup. The user's password lies only in <c>demo-openrc</c>. That file is the last thing
/// made: a start that finds none goes on where an earlier one was stopped.
/// </summary>
internal sealed class Demo(Settings settings, DemoClient client)
{
    private const string Name = "demo";
    private const string Administrator = "admin";
    private const int PasswordLength = 20;

    private static readonly (string Path, string Content)[] Samples =
    [
        ("welcome.txt", "These files are here to be backed up, lost, and restored.\n"),
        ("letters/first.txt", "Dear reader,\n\ndelete me: the first backup has me.\n"),
        ("letters/second.txt", "Dear reader,\n\nchange me, and restore.\n"),
        ("numbers.csv", string.Concat(Enumerable.Range(1, 2000).Select(n => $"{n},{n * n}\n"))),
    ];

    /// <summary>
    /// Makes what is missing, and prints how to use it. A demo that cannot be made is said to be so and throws nothing:
    /// the service is none the worse.
    /// </summary>
    public static async Task RunAsync(
        Settings settings,
        TlsCertificate? tls,
        TimeProvider time,
        TextWriter output,
        CancellationToken stop
    )
    {
        using var client = new DemoClient(settings.Listen, tls, time);
        var demo = new Demo(settings, client);
        try
        {
            if (!File.Exists(Openrc.PathOf(settings.Core, Name)))
            {
                await demo.MakeAsync(stop);
            }
            await output.WriteLineAsync(demo.Greeting());
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
        catch (Exception error)
        {
            await output.WriteLineAsync($"The demo could not be made: {error.Message}");
            await output.WriteLineAsync("The service goes on. The next start with --demo tries again.");
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        string password = RandomNumberGenerator.GetHexString(PasswordLength, lowercase: true);
        await client.SignInAsync(Administrator, AdminPassword(), Administrator, cancellationToken);
        await MakeMemberAsync(password, cancellationToken);
        await client.SignInAsync(Name, password, Name, cancellationToken);
        string share = await MakeShareAsync(cancellationToken);
        await MakeBackupAsync(share, cancellationToken);
        Openrc.Write(settings.Core, Name, password);
    }

    private string AdminPassword() =>
        settings.Core.AdminPassword
        ?? Openrc.ReadPassword(settings.Core, Administrator)
        ?? throw new CommandError(
            ExitCode.Failed,
            "The demo needs the administrator's password.",
            "Set HOLDFAST_ADMIN_PASSWORD to what it was at the first start."
        );

    private async Task MakeMemberAsync(string password, CancellationToken cancellationToken)
    {
        const string identity = "/identity/v3";
        JsonObject wanted = new() { ["name"] = Name };
        (string project, _) = await client.FindOrMakeAsync(
            $"{identity}/projects?name={Name}",
            "project",
            $"{identity}/projects",
            wanted,
            cancellationToken
        );
        JsonObject credentials = new() { ["name"] = Name, ["password"] = password };
        (string user, bool isNew) = await client.FindOrMakeAsync(
            $"{identity}/users?name={Name}",
            "user",
            $"{identity}/users",
            credentials,
            cancellationToken
        );
        if (!isNew)
        {
            JsonObject change = new() { ["user"] = new JsonObject { ["password"] = password } };
            await client.AskAsync(HttpMethod.Patch, $"{identity}/users/{user}", change, cancellationToken);
        }
        JsonNode roles = (await client.GetAsync($"{identity}/roles?name=member", cancellationToken))["roles"]!;
        string grant = $"{identity}/projects/{project}/users/{user}/roles/{roles[0]!["id"]}";
        await client.AskAsync(HttpMethod.Put, grant, null, cancellationToken);
    }

    private async Task<string> MakeShareAsync(CancellationToken cancellationToken)
    {
        JsonObject wanted = new()
        {
            ["name"] = Name,
            ["share_proto"] = "NFS",
            ["size"] = 1,
        };
        (string share, _) = await client.FindOrMakeAsync(
            "/v2/shares/detail",
            "share",
            "/v2/shares",
            wanted,
            cancellationToken
        );
        await client.WaitAsync($"/v2/shares/{share}", "share", cancellationToken);
        JsonNode locations = await client.GetAsync($"/v2/shares/{share}/export_locations", cancellationToken);
        string location = locations["export_locations"]![0]!["path"]!.GetValue<string>();
        string directory = location[(location.IndexOf(':', StringComparison.Ordinal) + 1)..];
        foreach ((string path, string content) in Samples)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(directory, path))!);
            await File.WriteAllTextAsync(Path.Join(directory, path), content, cancellationToken);
        }
        return share;
    }

    private async Task MakeBackupAsync(string share, CancellationToken cancellationToken)
    {
        JsonObject wanted = new() { ["share_id"] = share, ["name"] = "first" };
        (string backup, _) = await client.FindOrMakeAsync(
            "/v2/share-backups/detail",
            "share_backup",
            "/v2/share-backups",
            wanted,
            cancellationToken
        );
        await client.WaitAsync($"/v2/share-backups/{backup}", "share_backup", cancellationToken);
    }

    private string Greeting() =>
        $"""

            Holdfast serves at {settings.Core.PublicUrl}
            To be the demo's user, in another terminal:  . {Openrc.PathOf(settings.Core, Name)}
            Then try (apt-get install python3-openstackclient python3-manilaclient):
              openstack token issue
              openstack share list
              openstack share show {Name}
            README.md goes on from here with curl: back up, lose a file, restore.
            Ctrl-C stops the service.
            """;
}
