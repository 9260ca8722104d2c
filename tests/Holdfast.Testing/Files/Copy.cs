using System.Diagnostics;

namespace Holdfast.Testing.Files;

/// <summary>A faithful copy of a tree, by GNU cp: the memory of a test of what a directory was.</summary>
public static class Copy
{
    /// <param name="target">Must not exist.</param>
    public static void Of(string directory, string target)
    {
        using Process cp = Process.Start("cp", ["-a", "--sparse=always", "-T", "--", directory, target]);
        cp.WaitForExit();
        if (cp.ExitCode != 0)
        {
            throw new IOException($"cp of {directory} to {target} failed with exit code {cp.ExitCode}.");
        }
    }
}
