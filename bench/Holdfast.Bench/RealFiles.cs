namespace Holdfast.Bench;

/// <summary>This machine's own files, which compress and repeat as real files do.</summary>
internal static class RealFiles
{
    private const int Longest = 256 * 1024;

    /// <summary>Whole small files from beneath a directory, until they are so many bytes together.</summary>
    public static List<byte[]> Read(string root, long total)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        var files = new List<byte[]>();
        long bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(root).EnumerateFiles("*", options))
        {
            if (file.Length is > 0 and < Longest)
            {
                files.Add(File.ReadAllBytes(file.FullName));
                bytes += file.Length;
            }
            if (bytes > total)
            {
                break;
            }
        }
        return files;
    }

    /// <summary>The same bytes in blobs of one length, but for the last.</summary>
    public static List<byte[]> Join(List<byte[]> files, int length) =>
        [.. files.SelectMany(file => file).ToArray().Chunk(length)];
}
