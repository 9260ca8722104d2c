using System.Text.RegularExpressions;
using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>
/// What <c>docs/operate/install.md</c> and <c>upgrade.md</c> tell an operator to type, from the archive of <c>./dev archive</c>, in
/// namespaces: <c>/etc</c>, <c>/opt</c>, <c>/srv</c>, <c>/usr/local/bin</c> and <c>/var/lib</c> are the test's, as is the network.
/// There is no systemd: <c>systemctl</c> runs the unit's ExecStart with its umask and capabilities, and nothing else of its
/// environment. Where <c>systemd-analyze</c> is not installed it finds nothing wrong. Needs root.
/// </summary>
[Trait("e2e", "install")]
public sealed partial class InstallTests : IDisposable
{
    private const string Install = "docs/operate/install.md";
    private const string Upgrade = "docs/operate/upgrade.md";
    private const string NewVersion = "99.0.0";

    private const string Namespaces = """
        set -Eeuo pipefail
        trap 'echo "failed: $BASH_COMMAND" >&2; tail -n 20 "$test/log" >&2' ERR
        ip link set lo up
        cp --archive /etc "$test/etc"
        echo '127.0.0.1 localhost backup.example.org' >"$test/etc/hosts"
        for place in etc opt srv usr/local/bin var/lib; do
          mkdir -p "$test/$place"
          mount --bind "$test/$place" "/$place"
        done
        """;

    private const string Systemctl = """
        #!/bin/bash
        set -eu
        unit=/etc/systemd/system/holdfast.service
        setting() { sed -n "s/^$1=//p" "$unit"; }
        start() {
          read -ra command <<<"$(setting ExecStart)"
          bounds=-all
          for one in $(setting CapabilityBoundingSet); do one=${one#CAP_}; bounds+=,+${one,,}; done
          umask "$(setting UMask)"
          env -i PATH=/usr/local/bin:/usr/bin:/bin setpriv --no-new-privs --inh-caps=-all --bounding-set "$bounds" \
            "${command[@]}" >>"$test/log" 2>&1 </dev/null &
          echo $! >"$test/pid"
        }
        stop() {
          kill "$(cat "$test/pid")"
          while [ -e "/proc/$(cat "$test/pid")/exe" ] && kill -0 "$(cat "$test/pid")" 2>/dev/null; do sleep 0.1; done
        }
        case "$*" in
          daemon-reload) [ ! -e "$unit" ] || grep -q ExecStart= "$unit" ;;
          'enable --now holdfast' | 'start holdfast') start ;;
          'disable --now holdfast' | 'stop holdfast') stop ;;
          'restart holdfast') stop && start ;;
          *) echo "systemctl $*: teach it to the test" >&2 && exit 1 ;;
        esac
        """;

    // What the unit leaves of root's powers is enough for others' files and for devices.
    private const string BackUpAndRestore = """
        share=$(holdfast share list --json | jq -r '.[0].id')
        files=/srv/shares/$share
        echo text >"$files/file"
        chown 1000:1000 "$files/file"
        chmod 0400 "$files/file"
        mknod "$files/device" c 1 3
        token=$(openstack token issue --format value --column id)
        manila() {
          curl -sS --fail-with-body -H "X-Auth-Token: $token" -H 'Content-Type: application/json' \
            -H 'X-OpenStack-Manila-API-Version: 2.91' -H 'X-OpenStack-Manila-API-Experimental: true' "$@"
        }
        backups=https://backup.example.org:8786/v2/share-backups
        backup=$(manila "$backups" -d '{"share_backup": {"share_id": "'"$share"'"}}' | jq -r .share_backup.id)
        until [ "$(manila "$backups/$backup" | jq -r .share_backup.status)" = available ]; do sleep 0.2; done
        rm "$files/file" "$files/device"
        holdfast backup restore "$backup" / --wait
        [ "$(stat -c '%u %g %a' "$files/file")" = '1000 1000 400' ]
        [ -c "$files/device" ]
        """;

    private const string Journalctl = "#!/bin/sh\ntail -n 20 \"$test/log\"\n";

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [GeneratedRegex("^version=.*$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Version();

    [Fact]
    public async Task TheArchiveBecomesAServiceThatIsUpgradedAndRemoved()
    {
        string version = await MakeArchivesAsync();
        Dictionary<string, IReadOnlyList<string>> install = Runbook.Blocks(Install);
        Dictionary<string, IReadOnlyList<string>> upgrade = Runbook.Blocks(Upgrade);
        string[] sections = [.. install.Keys.Where(heading => heading.Length > 0)];
        Assert.Equal("Uninstall", sections[^1]);
        // Those of PostgreSQL are RollingUpgradeTests'.
        Assert.Equal(
            ["", "Going back", "Going back with PostgreSQL", "One machine, SQLite", "Several nodes, PostgreSQL"],
            upgrade.Keys.Order()
        );
        string[] script =
        [
            Namespaces,
            .. install[""].Select(block => Version().Replace(block, $"version={version}")),
            .. sections.SkipLast(1).SelectMany(section => install[section]),
            """
                [ "$(stat -c %a /etc/holdfast/holdfast.conf /var/lib/holdfast /var/lib/holdfast/keys/master.key | xargs)" = "600 700 600" ]
                export OS_AUTH_URL=https://backup.example.org:8786/identity/v3
                holdfast share create --size 1 --name kept --wait
                """,
            BackUpAndRestore,
            .. upgrade[""].Select(block => Version().Replace(block, $"version={NewVersion}")),
            .. upgrade["One machine, SQLite"],
            """
                [ "$(readlink -f /usr/local/bin/holdfast)" = "/opt/holdfast-$version-linux-x64/bin/holdfast" ]
                [ "$(readlink "/proc/$(cat "$test/pid")/exe")" = "/opt/holdfast-$version-linux-x64/bin/holdfast" ]
                holdfast share list | grep kept
                """,
            .. upgrade["Going back"],
            """
                [ "$(readlink "/proc/$(cat "$test/pid")/exe")" = "/opt/$former/bin/holdfast" ]
                holdfast share list | grep kept
                """,
            .. install["Uninstall"],
            """
                [ -z "$(ls /opt)" ]
                [ -z "$(ls /usr/local/bin)" ]
                [ -s /var/lib/holdfast/keys/master.key ]
                """,
        ];
        await File.WriteAllLinesAsync(directory["script"], script);
        MakeTool("systemctl", Systemctl);
        MakeTool("journalctl", Journalctl);
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            MakeTool("systemd-analyze", "#!/bin/sh\n");
        }
        Dictionary<string, string?> environment = new()
        {
            ["test"] = directory.Path,
            ["PATH"] = $"{directory["tools"]}:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["CURL_CA_BUNDLE"] = directory["downloads/tls.pem"],
            ["OS_CACERT"] = directory["downloads/tls.pem"],
            ["SSL_CERT_FILE"] = directory["downloads/tls.pem"],
            ["ANNS_PASSWORD"] = "a long enough password",
        };
        ProcessResult result = await ChildProcess.RunAsync(
            "unshare",
            [
                "--mount",
                "--propagation=private",
                "--net",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "bash",
                directory["script"],
            ],
            environment,
            directory["downloads"]
        );
        result.Checked($"{Install} and {Upgrade}");
    }

    /// <summary>In <c>downloads</c>: the archive, the same as a version to come, and a certificate.</summary>
    /// <returns>The archive's version.</returns>
    private async Task<string> MakeArchivesAsync()
    {
        string downloads = directory.Make("downloads");
        string archive = Assert.Single(
            Directory.GetFiles(RepositoryRoot.File("artifacts"), "holdfast-*-linux-x64.tar.gz")
        );
        string version = Path.GetFileName(archive)["holdfast-".Length..^"-linux-x64.tar.gz".Length];
        string make = $"""
            cp '{archive}' '{archive}.sha256' .
            next=holdfast-{NewVersion}-linux-x64
            tar --extract --file '{archive}'
            mv 'holdfast-{version}-linux-x64' "$next"
            tar --create --gzip --file "$next.tar.gz" "$next"
            rm -r "$next"
            sha256sum "$next.tar.gz" >"$next.tar.gz.sha256"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj /CN=backup.example.org \
              -addext subjectAltName=DNS:backup.example.org -keyout tls.key -out tls.pem
            """;
        (await ChildProcess.RunAsync("bash", ["-ec", make], workingDirectory: downloads)).Checked("the archives");
        return version;
    }

    private void MakeTool(string name, string content)
    {
        string tool = Path.Combine(directory.Make("tools"), name);
        File.WriteAllText(tool, content);
        RawFiles.ChangeMode(tool, 0x1ed);
    }
}
