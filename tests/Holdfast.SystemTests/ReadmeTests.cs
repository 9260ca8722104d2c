using Holdfast.SystemTests.Server;
using Holdfast.Testing;
using Holdfast.Testing.Files;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>What the README tells a newcomer to type is typed here, as it stands.</summary>
public sealed class ReadmeTests
{
    private const string Executable = "artifacts/bin/holdfast";

    [Fact]
    public async Task TheWalkThroughRestoresAFile()
    {
        await using HoldfastServer server = await HoldfastServer.StartAsync(null, "--demo");
        await Eventually.HoldsAsync(
            "the demo",
            () => Task.FromResult(File.Exists(server.DataDirectory + "/demo-openrc"))
        );
        string clone = MakeClone(server);
        string script = string.Join('\n', Blocks().Prepend("set -euo pipefail"));
        var environment = new Dictionary<string, string?>
        {
            ["PATH"] = $"{clone}/bin:{Environment.GetEnvironmentVariable("PATH")}",
        };
        ProcessResult result = await ChildProcess.RunAsync("bash", ["-c", script], environment, clone);
        string output = result.Checked("the README's walk-through").Output;
        // From the restored share, and from the repository by restic.
        Assert.Equal(2, output.Split('\n').Count(line => line == "worth keeping"));
    }

    /// <summary>A directory in which the README's relative paths lead to this server and to what the tests use.</summary>
    private static string MakeClone(HoldfastServer server)
    {
        string clone = server.Scratch.Make("clone");
        Directory.CreateDirectory(Path.Combine(clone, "bin"));
        Directory.CreateDirectory(Path.Combine(clone, Path.GetDirectoryName(Executable)!));
        Directory.CreateSymbolicLink(Path.Combine(clone, "var"), server.DataDirectory);
        WriteScript(Path.Combine(clone, Executable), string.Join(' ', HoldfastServer.Command));
        WriteScript(Path.Combine(clone, "bin/restic"), Restic.Binary);
        return clone;
    }

    private static void WriteScript(string path, string command)
    {
        File.WriteAllText(path, $"#!/bin/sh\nexec {command} \"$@\"\n");
        RawFiles.ChangeMode(path, 0x1ed);
    }

    private static List<string> Blocks()
    {
        string readme = File.ReadAllText(RepositoryRoot.File("README.md"));
        List<string> blocks =
        [
            .. readme
                .Split("```bash\n")
                .Skip(1)
                .Select(rest => rest[..rest.IndexOf("```\n", StringComparison.Ordinal)]),
        ];
        Assert.InRange(blocks.Count, 6, 20);
        return blocks;
    }
}
