namespace Holdfast.Engine.Chunking;

/// <summary>The definition, byte after byte. The other scans are held against it.</summary>
internal sealed class PlainScan(RabinTables tables) : CutScan
{
    public override int Find(ReadOnlySpan<byte> data, int first, int last)
    {
        const int Window = RabinTables.Window;
        ulong fingerprint = tables.Fingerprint(data.Slice(first - 1 - Window, Window));
        for (int end = first; end <= last; end++)
        {
            fingerprint = tables.Roll(fingerprint, data[end - 1 - Window], data[end - 1]);
            if (RabinTables.IsCut(fingerprint))
            {
                return end;
            }
        }
        return None;
    }
}
