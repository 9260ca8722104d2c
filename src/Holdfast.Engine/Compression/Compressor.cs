using System.Numerics;

namespace Holdfast.Engine.Compression;

/// <summary>A zstd context and the buffer it writes into, reused for blob after blob. For one thread at a time.</summary>
internal sealed unsafe class Compressor : IDisposable
{
    /// <summary>restic's and zstd's default; used where the options say "do not compress" but the format asks for it.</summary>
    internal const int DefaultLevel = 3;

    /// <summary>Shorter ones are compressed at once: looking first would save little.</summary>
    private const int WorthALook = 256 * 1024;

    private const int SampleLength = 16 * 1024;
    private const int Samples = 4;

    /// <summary>
    /// Blobs of at most so many bytes are searched as level 2 does, in one table instead of two: a sixth of the time less,
    /// for 1.6 % more bytes (ADR 16).
    /// </summary>
    internal const int OneTableUpTo = 16 * 1024;

    /// <summary>
    /// Level 3 looks for matches in two tables of 256 to 768 KiB, a second cache full. Of longer blobs than this they are
    /// made to fit beside the data: a fifth of the time less, for up to 2.6 % more bytes (ADR 16).
    /// </summary>
    internal const int SmallTablesAbove = 128 * 1024;

    private const int LeastScratch = 1 << 20;

    /// <summary>Room for the longest chunk. What a huge directory needed beyond it is given back at the next use.</summary>
    private const int MostScratch = 16 << 20;

    private static readonly Search SmallTables = new(DefaultLevel, HashLog: 15, ChainLog: 14);

    private readonly NativeHandle context = new(
        Libzstd.CreateCompressor(),
        static raw => _ = Libzstd.FreeCompressor(raw)
    );
    private MappedMemory scratch = new(LeastScratch);
    private Search current;

    /// <summary>
    /// Whether compressing would be in vain: none of four samples, spread over the blob, shrinks by a 64th at level 1.
    /// Media and archives are told in a tenth of the time; a compressible blob pays for one sample.
    /// </summary>
    internal bool IsHopeless(ReadOnlySpan<byte> plaintext)
    {
        if (plaintext.Length < WorthALook)
        {
            return false;
        }
        int stride = (plaintext.Length - SampleLength) / (Samples - 1);
        for (int i = 0; i < Samples; i++)
        {
            if (Compress(plaintext.Slice(i * stride, SampleLength), 1).Length < SampleLength - SampleLength / 64)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Compresses into one frame that says its content's size. The result is valid until the next call.
    /// </summary>
    internal ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> plaintext, int level)
    {
        int bound = checked((int)Libzstd.CompressBound((nuint)plaintext.Length));
        if (scratch.Length < bound || (scratch.Length > MostScratch && bound <= MostScratch))
        {
            // It throws when there is no memory; then the old one must still be there for whoever uses this next.
            uint room = Math.Min(BitOperations.RoundUpToPowerOf2((uint)bound), (uint)Array.MaxLength);
            var wanted = new MappedMemory((int)Math.Max(LeastScratch, room));
            ((IDisposable)scratch).Dispose();
            scratch = wanted;
        }
        Prepare(level == DefaultLevel ? DefaultSearch(plaintext.Length) : new Search(level));
        nuint length;
        fixed (
            byte* from = plaintext,
                to = scratch.GetSpan()
        )
        {
            length = Libzstd.Compress(context, to, (nuint)scratch.Length, from, (nuint)plaintext.Length);
        }
        Check(length);
        return scratch.Memory[..(int)length];
    }

    private static Search DefaultSearch(int length) =>
        length switch
        {
            <= OneTableUpTo => new Search(2),
            > SmallTablesAbove => SmallTables,
            _ => new Search(DefaultLevel),
        };

    private void Prepare(Search search)
    {
        if (current != search)
        {
            Set(Libzstd.Parameter.CompressionLevel, search.Level);
            Set(Libzstd.Parameter.HashLog, search.HashLog);
            Set(Libzstd.Parameter.ChainLog, search.ChainLog);
            current = search;
        }
    }

    private void Set(Libzstd.Parameter parameter, int value) => Check(Libzstd.SetParameter(context, parameter, value));

    /// <summary>What fails here fails for lack of memory or for another zstd than we know, never for its data.</summary>
    private static void Check(nuint result)
    {
        if (Libzstd.IsError(result) != 0)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: false,
                $"zstd cannot compress: error {Libzstd.ErrorCode(result)}."
            );
        }
    }

    public void Dispose()
    {
        context.Dispose();
        ((IDisposable)scratch).Dispose();
    }

    /// <summary>How zstd looks for matches; a size of 0 is the level's own.</summary>
    private readonly record struct Search(int Level, int HashLog = 0, int ChainLog = 0);
}
