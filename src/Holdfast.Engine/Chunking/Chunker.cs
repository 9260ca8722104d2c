namespace Holdfast.Engine.Chunking;

/// <summary>
/// Cuts files into chunks where restic does, given the same polynomial. A chunk has 512 KiB to 8 MiB, save a file's
/// last, and ends at the first place in that range where the 64 bytes before it say so. An empty file has no chunk.
/// One for a repository; safe for many threads.
/// </summary>
public sealed class Chunker
{
    public const int MinSize = 512 * 1024;

    public const int MaxSize = 8 * 1024 * 1024;

    private readonly CutScan scan;

    /// <exception cref="ArgumentException">The polynomial is not of degree 53.</exception>
    public Chunker(ulong polynomial)
        : this(CutScan.Create(new RabinTables(polynomial))) { }

    internal Chunker(CutScan scan) => this.scan = scan;

    /// <summary>The length of the chunk that begins the data, or 0 when more data is needed to tell.</summary>
    /// <param name="data">The file from the chunk's begin on, as far as it is at hand; 8 MiB always suffice.</param>
    /// <param name="endOfFile">Whether the data reaches to the file's end.</param>
    public int FindCut(ReadOnlySpan<byte> data, bool endOfFile)
    {
        int scanned = 0;
        return FindCut(data, endOfFile, ref scanned);
    }

    /// <summary>The same for data that grows from call to call, none of which is scanned twice.</summary>
    /// <param name="scanned">
    /// 0 at a chunk's begin; kept by the caller between calls for one chunk. It is 0 again once a cut is found.
    /// </param>
    public int FindCut(ReadOnlySpan<byte> data, bool endOfFile, ref int scanned)
    {
        int cut = Find(data, scanned);
        if (cut == CutScan.None && !endOfFile)
        {
            scanned = data.Length;
            return 0;
        }
        scanned = 0;
        return cut == CutScan.None ? data.Length : cut;
    }

    private int Find(ReadOnlySpan<byte> data, int scanned)
    {
        int first = Math.Max(MinSize, scanned + 1);
        int last = Math.Min(MaxSize, data.Length);
        int cut = first <= last ? scan.Find(data, first, last) : CutScan.None;
        return cut == CutScan.None && data.Length >= MaxSize ? MaxSize : cut;
    }
}
