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
    /// Level 3 looks for matches in two tables of 256 to 768 KiB, a second cache full. Of longer blobs than this they are
    /// made to fit beside the data: a fifth of the time less, for up to 2.6 % more bytes (ADR 16).
    /// </summary>
    internal const int SmallTablesAbove = 128 * 1024;

    private const int LeastScratch = 1 << 20;

    /// <summary>Room for the longest chunk. What a huge directory needed beyond it is given back at the next use.</summary>
    private const int MostScratch = 16 << 20;

    private const int SmallHashLog = 15;
    private const int SmallChainLog = 14;

    private readonly NativeHandle context = new(
        Libzstd.CreateCompressor(),
        static raw => _ = Libzstd.FreeCompressor(raw)
    );
    private MappedMemory scratch = new(LeastScratch);
    private (int Level, bool SmallTables) parameters;

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
        Prepare(level, smallTables: level == DefaultLevel && plaintext.Length > SmallTablesAbove);
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

    private void Prepare(int level, bool smallTables)
    {
        if (parameters != (level, smallTables))
        {
            Set(Libzstd.Parameter.CompressionLevel, level);
            Set(Libzstd.Parameter.HashLog, smallTables ? SmallHashLog : 0);
            Set(Libzstd.Parameter.ChainLog, smallTables ? SmallChainLog : 0);
            parameters = (level, smallTables);
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
}
