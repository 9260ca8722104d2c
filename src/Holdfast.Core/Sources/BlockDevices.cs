using System.Globalization;
using System.Text;
using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>What block devices lie on, by what the kernel says of them beneath <c>/sys</c>.</summary>
/// <param name="system">Where that is mounted.</param>
public sealed class BlockDevices(string system = "/sys")
{
    /// <summary>
    /// Whether the two are one, or one lies on the other: a partition on its disk, a loop device on its file, a mapped or
    /// striped device on each of its parts. Two partitions of a disk do not.
    /// </summary>
    /// <remarks>What the kernel does not tell is taken for none: another mount namespace's file, say.</remarks>
    public bool Overlap(ImageIdentity one, ImageIdentity other) =>
        Beneath(one).Contains(other) || Beneath(other).Contains(one);

    /// <returns>With the image or device itself.</returns>
    private HashSet<ImageIdentity> Beneath(ImageIdentity image)
    {
        HashSet<ImageIdentity> all = [image];
        Queue<ImageIdentity> toAsk = new(all);
        while (toAsk.TryDequeue(out ImageIdentity next))
        {
            foreach (ImageIdentity part in next.IsDevice ? PartsOf(next.Device) : [])
            {
                if (all.Add(part))
                {
                    toAsk.Enqueue(part);
                }
            }
        }
        return all;
    }

    private IEnumerable<ImageIdentity> PartsOf(ulong device)
    {
        (uint major, uint minor) = FileStatus.SplitDevice(device);
        string place = Path.Join(system, "dev", "block", $"{major}:{minor}");
        if (
            File.Exists(Path.Join(place, "partition"))
            && Directory.ResolveLinkTarget(place, returnFinalTarget: true) is { } partition
        )
        {
            // A partition's directory lies in its disk's.
            foreach (ImageIdentity disk in Numbered(Path.Join(Path.GetDirectoryName(partition.FullName), "dev")))
            {
                yield return disk;
            }
        }
        if (
            ReadText(Path.Join(place, "loop", "backing_file")) is { Length: > 0 } file
            && IdentityOf(file) is { } backing
        )
        {
            yield return backing;
        }
        string slaves = Path.Join(place, "slaves");
        foreach (string slave in Directory.Exists(slaves) ? Directory.GetFileSystemEntries(slaves) : [])
        {
            foreach (ImageIdentity part in Numbered(Path.Join(slave, "dev")))
            {
                yield return part;
            }
        }
    }

    /// <summary>The device whose number the file has, as <c>8:1</c>.</summary>
    private static IEnumerable<ImageIdentity> Numbered(string file)
    {
        string[] numbers = ReadText(file)?.Split(':') ?? [];
        if (
            numbers.Length == 2
            && uint.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out uint major)
            && uint.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint minor)
        )
        {
            yield return new ImageIdentity(IsDevice: true, FileStatus.MakeDevice(major, minor), 0);
        }
    }

    private static ImageIdentity? IdentityOf(string path)
    {
        try
        {
            using DirectoryHandle directory = DirectoryHandle.Open(Path.GetDirectoryName(path) ?? "/");
            return
                directory.TryStat(Encoding.UTF8.GetBytes(Path.GetFileName(path)), out FileStatus status) == Errno.None
                ? ImageIdentity.Of(in status)
                : null;
        }
        catch (EngineError)
        {
            return null;
        }
    }

    /// <returns>Without the line's end; null when there is none.</returns>
    private static string? ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file).TrimEnd('\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
