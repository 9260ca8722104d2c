using System.Diagnostics;

namespace Holdfast.Testing.Files;

/// <summary>
/// A new, empty directory on a real disk, removed with all it holds when disposed. It lies beneath
/// <c>HOLDFAST_TEST_TMP</c>, or else <c>/var/tmp</c>, which unlike <c>/tmp</c> is never kept in memory.
/// </summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <param name="root">Another place than the usual one.</param>
    public TemporaryDirectory(string? root = null)
    {
        root ??= Environment.GetEnvironmentVariable("HOLDFAST_TEST_TMP") ?? "/var/tmp";
        Path = System.IO.Path.Combine(root, $"holdfast-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>The path of something in this directory, made or not.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a directory in this one.</summary>
    public string Make(string name) => Directory.CreateDirectory(this[name]).FullName;

    // rm goes by descriptor and bytes: no name, mode or depth stops it.
    public void Dispose()
    {
        using Process rm = Process.Start("rm", ["-rf", "--one-file-system", "--", Path]);
        rm.WaitForExit();
    }
}
