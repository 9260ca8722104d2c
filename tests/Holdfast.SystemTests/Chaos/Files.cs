using Holdfast.Testing.Files;

namespace Holdfast.SystemTests.Chaos;

/// <summary>
/// What a member's programs do in a share: some files, written, changed and removed, by a seed. No devices and set-id bits: another
/// project's restore leaves those out.
/// </summary>
internal static class Files
{
    private const int Kibi = 1024;

    public static void Change(string directory, Random random)
    {
        int changes = random.Next(3, 12);
        for (int change = 0; change < changes; change++)
        {
            try
            {
                Change((RawPath)directory, random);
            }
            // The disk may be full: then this is what the share is.
            catch (IOException) { }
        }
    }

    private static void Change(RawPath directory, Random random)
    {
        List<RawPath> there = RawFiles.Walk(directory);
        RawPath some = there.Count > 0 ? directory / there[random.Next(there.Count)] : directory;
        bool isFile = there.Count > 0 && RawFiles.Status(some).Kind == FileKind.File;
        switch (random.Next(8))
        {
            case 0:
                RawPath folder = directory / $"folder {random.Next()}";
                RawFiles.MakeDirectory(folder);
                RawFiles.Write(folder / "inside", Bytes(random, random.Next(40 * Kibi)));
                break;
            case 1:
                RawFiles.Symlink($"to {random.Next()}", directory / $"link {random.Next()}");
                break;
            case 2 when there.Count > 20:
                RawFiles.Delete(some);
                break;
            case 3 when isFile:
                RawFiles.Write(some, Bytes(random, random.Next(80 * Kibi)));
                break;
            case 4 when isFile:
                RawFiles.SetAttribute(some, "user.note", Bytes(random, random.Next(100)));
                RawFiles.ChangeMode(some, random.Next(0x200));
                break;
            case 5:
                RawFiles.Write(directory / $"large {random.Next(4)}", Bytes(random, random.Next(2048 * Kibi)));
                break;
            default:
                RawFiles.Write(directory / $"file {random.Next()}", Bytes(random, random.Next(80 * Kibi)));
                break;
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
