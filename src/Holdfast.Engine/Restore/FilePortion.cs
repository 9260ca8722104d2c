namespace Holdfast.Engine.Restore;

/// <summary>Files on their way into one <see cref="FileBatch"/>.</summary>
internal sealed class FilePortion
{
    /// <summary>What is planned at once: a pack that two batches need costs a request more.</summary>
    public const int MostFiles = 8 * 1024;

    /// <summary>A piece is about 100 bytes of memory.</summary>
    private const int MostBlobs = 256 * 1024;

    private List<FilePlan> files = [];
    private int blobs;

    public bool IsFull => files.Count >= MostFiles || blobs >= MostBlobs;

    public void Add(FilePlan plan)
    {
        files.Add(plan);
        blobs += plan.Node.Content?.Count ?? 0;
    }

    /// <summary>Hands over what was added, and is empty.</summary>
    public List<FilePlan> Take()
    {
        List<FilePlan> taken = files;
        files = [];
        blobs = 0;
        return taken;
    }

    public static IEnumerable<List<FilePlan>> Cut(IEnumerable<FilePlan> plans)
    {
        var portion = new FilePortion();
        foreach (FilePlan plan in plans)
        {
            portion.Add(plan);
            if (portion.IsFull)
            {
                yield return portion.Take();
            }
        }
        yield return portion.Take();
    }
}
