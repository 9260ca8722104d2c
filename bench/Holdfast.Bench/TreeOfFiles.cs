namespace Holdfast.Bench;

/// <summary>
/// Small files of made-up text, so many to a directory, and directories within directories, ten to one. The same tree
/// each time.
/// </summary>
/// <param name="root">Made anew.</param>
internal sealed class TreeOfFiles(string root, int files, int filesOfDirectory)
{
    private const int Branches = 10;

    public string Root => root;

    public int Directories => (files + filesOfDirectory - 1) / filesOfDirectory;

    public void Make()
    {
        for (int file = 0; file < files; file++)
        {
            string path = PathOf(root, file);
            if (file % filesOfDirectory == 0)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            }
            File.WriteAllBytes(path, Content(file, version: 0));
        }
    }

    /// <summary>Rewrites every so many-eth file, with other bytes each time.</summary>
    public void Change(int every, int first)
    {
        for (int file = first; file < files; file += every)
        {
            File.WriteAllBytes(PathOf(root, file), Content(file, version: 1 + first));
        }
    }

    /// <summary>Empties files of a restored copy.</summary>
    public void Damage(string copy, int every)
    {
        for (int file = 0; file < files; file += every)
        {
            File.WriteAllBytes(PathOf(copy, file), []);
        }
    }

    private string PathOf(string beneath, int file)
    {
        // Directories are numbered as a heap is: the parent of n is (n - 1) / Branches.
        string path = $"file-{file}";
        for (int directory = file / filesOfDirectory; directory > 0; directory = (directory - 1) / Branches)
        {
            path = Path.Join($"directory-{directory}", path);
        }
        return Path.Join(beneath, path);
    }

    private static byte[] Content(int file, int version)
    {
        // Half as random as it is long: it compresses as text does.
        byte[] bytes = new byte[1000 + (file * 7919 % 9000)];
        uint state = ((uint)file * 2654435761) ^ ((uint)version * 40503) ^ 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            bytes[i] = (byte)('a' + (state & 15));
        }
        return bytes;
    }
}
