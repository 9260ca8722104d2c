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

    private readonly NativeHandle context = new(
        Libzstd.CreateCompressor(),
        static raw => _ = Libzstd.FreeCompressor(raw)
    );
    private byte[] scratch = [];

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
        if (scratch.Length < bound)
        {
            scratch = GC.AllocateUninitializedArray<byte>(bound);
        }
        nuint length;
        fixed (
            byte* from = plaintext,
                to = scratch
        )
        {
            length = Libzstd.Compress(context, to, (nuint)scratch.Length, from, (nuint)plaintext.Length, level);
        }
        return Libzstd.IsError(length) == 0
            ? scratch.AsMemory(0, (int)length)
            : throw new EngineError(
                EngineErrorKind.Store,
                temporary: false,
                $"zstd cannot compress {plaintext.Length} bytes: error {Libzstd.ErrorCode(length)}."
            );
    }

    public void Dispose() => context.Dispose();
}
