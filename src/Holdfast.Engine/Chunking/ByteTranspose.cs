using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Holdfast.Engine.Chunking;

/// <summary>Turns 64 streams of bytes into vectors of one byte of each stream.</summary>
internal static class ByteTranspose
{
    public const int Streams = 64;

    private const int Columns = 16;

    /// <summary>Transposes 64 bytes of each of 64 streams.</summary>
    /// <param name="source">The first stream; the next begins <paramref name="stride"/> bytes behind it.</param>
    /// <param name="rows">Room for 64 rows of 64 bytes; row t is byte t of every stream in order.</param>
    public static unsafe void Transpose(byte* source, nint stride, byte* rows)
    {
        for (int column = 0; column < Streams; column += Columns)
        {
            TransposeColumns(source + column, stride, (Vector512<byte>*)(rows + column * Streams));
        }
    }

    /// <summary>
    /// Sixteen columns: vector i begins as 16 bytes of the streams i, 16 + i, 32 + i and 48 + i, so each of its four
    /// parts takes part in a 16×16 transposition of its own. Dealing the first half of the vectors and the second
    /// into each other like a pack of cards, byte by byte, transposes after four times: each turns the bits of
    /// (vector, byte) by one.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void TransposeColumns(byte* source, nint stride, Vector512<byte>* rows)
    {
        Vector512<byte> a0 = Gather(source, stride, 0);
        Vector512<byte> a1 = Gather(source, stride, 1);
        Vector512<byte> a2 = Gather(source, stride, 2);
        Vector512<byte> a3 = Gather(source, stride, 3);
        Vector512<byte> a4 = Gather(source, stride, 4);
        Vector512<byte> a5 = Gather(source, stride, 5);
        Vector512<byte> a6 = Gather(source, stride, 6);
        Vector512<byte> a7 = Gather(source, stride, 7);
        Vector512<byte> a8 = Gather(source, stride, 8);
        Vector512<byte> a9 = Gather(source, stride, 9);
        Vector512<byte> aA = Gather(source, stride, 10);
        Vector512<byte> aB = Gather(source, stride, 11);
        Vector512<byte> aC = Gather(source, stride, 12);
        Vector512<byte> aD = Gather(source, stride, 13);
        Vector512<byte> aE = Gather(source, stride, 14);
        Vector512<byte> aF = Gather(source, stride, 15);

        for (int round = 0; round < 4; round++)
        {
            Vector512<byte> b0 = Avx512BW.UnpackLow(a0, a8);
            Vector512<byte> b1 = Avx512BW.UnpackHigh(a0, a8);
            Vector512<byte> b2 = Avx512BW.UnpackLow(a1, a9);
            Vector512<byte> b3 = Avx512BW.UnpackHigh(a1, a9);
            Vector512<byte> b4 = Avx512BW.UnpackLow(a2, aA);
            Vector512<byte> b5 = Avx512BW.UnpackHigh(a2, aA);
            Vector512<byte> b6 = Avx512BW.UnpackLow(a3, aB);
            Vector512<byte> b7 = Avx512BW.UnpackHigh(a3, aB);
            Vector512<byte> b8 = Avx512BW.UnpackLow(a4, aC);
            Vector512<byte> b9 = Avx512BW.UnpackHigh(a4, aC);
            Vector512<byte> bA = Avx512BW.UnpackLow(a5, aD);
            Vector512<byte> bB = Avx512BW.UnpackHigh(a5, aD);
            Vector512<byte> bC = Avx512BW.UnpackLow(a6, aE);
            Vector512<byte> bD = Avx512BW.UnpackHigh(a6, aE);
            Vector512<byte> bE = Avx512BW.UnpackLow(a7, aF);
            Vector512<byte> bF = Avx512BW.UnpackHigh(a7, aF);
            (a0, a1, a2, a3, a4, a5, a6, a7) = (b0, b1, b2, b3, b4, b5, b6, b7);
            (a8, a9, aA, aB, aC, aD, aE, aF) = (b8, b9, bA, bB, bC, bD, bE, bF);
        }

        rows[0] = a0;
        rows[1] = a1;
        rows[2] = a2;
        rows[3] = a3;
        rows[4] = a4;
        rows[5] = a5;
        rows[6] = a6;
        rows[7] = a7;
        rows[8] = a8;
        rows[9] = a9;
        rows[10] = aA;
        rows[11] = aB;
        rows[12] = aC;
        rows[13] = aD;
        rows[14] = aE;
        rows[15] = aF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<byte> Gather(byte* source, nint stride, int stream)
    {
        byte* at = source + stream * stride;
        return Vector512.Create(
            Vector256.Create(Vector128.Load(at), Vector128.Load(at + 16 * stride)),
            Vector256.Create(Vector128.Load(at + 32 * stride), Vector128.Load(at + 48 * stride))
        );
    }
}
