namespace Holdfast.Testing;

/// <summary>The directory of this source tree: the nearest one above the running tests that holds <c>Holdfast.slnx</c>.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The path of a file of the source tree.</summary>
    public static string File(string relative) => System.IO.Path.Combine(Path, relative);

    private static string Find(string directory) =>
        System.IO.File.Exists(System.IO.Path.Combine(directory, "Holdfast.slnx"))
            ? directory
            : Find(
                System.IO.Path.GetDirectoryName(directory)
                    ?? throw new InvalidOperationException(
                        "The tests run outside their source tree: Holdfast.slnx is in no directory above."
                    )
            );
}
