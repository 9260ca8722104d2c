using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Holdfast.Engine.Chunking;

/// <summary>
/// Sixty-four fingerprints that step together. A step is linear over GF(2), and GFNI multiplies each of 64 bytes by an
/// 8×8 matrix of bits in one instruction. So the fingerprints lie in seven planes, the first holding the lowest byte
/// of each; a step moves the planes up by one and adds products of the byte that overflows, the one that leaves the
/// window and the one that enters. A fingerprint is kept shifted left by three: then its top byte, the seventh
/// plane, is exactly what the next step pushes over the degree.
/// </summary>
internal sealed class SlicedFingerprints
{
    private const int Planes = 7;
    private const int Shift = 3;
    private const int Rows = 64;

    // The 20 bits that a cut tests, shifted: all of the planes 0 and 1, and these of plane 2.
    private const byte CutBitsOfPlane2 = 0x7F;

    /// <summary>The matrices for each plane of what overflows (7), leaves (7), and enters (2: it is one byte, shifted).</summary>
    private readonly ulong[] matrices = new ulong[Planes + Planes + 2];

    /// <summary>The planes, and for each lane the least value so far of the bits that a cut tests: zero after a cut.</summary>
    [SuppressMessage("Performance", "CA1823", Justification = "The layout.")]
    public struct Lanes
    {
        public Vector512<byte> P0;
        public Vector512<byte> P1;
        public Vector512<byte> P2;
        public Vector512<byte> P3;
        public Vector512<byte> P4;
        public Vector512<byte> P5;
        public Vector512<byte> P6;
        public Vector512<byte> Least;
    }

    public SlicedFingerprints(RabinTables tables)
    {
        const ulong Mask = (1UL << ChunkerPolynomial.Degree) - 1;
        for (int plane = 0; plane < Planes; plane++)
        {
            matrices[plane] = Matrix(value => tables.Reduce[value] & Mask, plane);
            matrices[Planes + plane] = Matrix(value => tables.Leave[value], plane);
        }
        matrices[2 * Planes] = Matrix(value => value, 0);
        matrices[2 * Planes + 1] = Matrix(value => value, 1);
    }

    public static bool IsSupported => Gfni.V512.IsSupported && Avx512BW.IsSupported;

    /// <summary>The fingerprints of the first 64 bytes of each stream.</summary>
    /// <param name="entering">64 rows of one byte of each stream.</param>
    public unsafe void Begin(byte* entering, out Lanes lanes)
    {
        byte* nothing = stackalloc byte[Rows * Vector512<byte>.Count];
        lanes = default;
        Roll(nothing, entering, ref lanes);
        lanes.Least = Vector512<byte>.AllBitsSet;
    }

    /// <summary>Moves the windows by 64 bytes.</summary>
    /// <param name="leaving">64 rows of one byte of each stream, which the windows hold.</param>
    /// <param name="entering">The next 64 rows.</param>
    public unsafe void Roll(byte* leaving, byte* entering, ref Lanes lanes)
    {
        fixed (ulong* m = matrices)
        fixed (Lanes* l = &lanes)
        {
            Roll((Vector512<byte>*)leaving, (Vector512<byte>*)entering, l, m);
        }
    }

    // A method of its own without a call in its loop: then matrices and planes, 24 vectors, all stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe void Roll(Vector512<byte>* leaving, Vector512<byte>* entering, Lanes* lanes, ulong* m)
    {
        Vector512<byte> r0 = Vector512.Create(m[0]).AsByte();
        Vector512<byte> r1 = Vector512.Create(m[1]).AsByte();
        Vector512<byte> r2 = Vector512.Create(m[2]).AsByte();
        Vector512<byte> r3 = Vector512.Create(m[3]).AsByte();
        Vector512<byte> r4 = Vector512.Create(m[4]).AsByte();
        Vector512<byte> r5 = Vector512.Create(m[5]).AsByte();
        Vector512<byte> r6 = Vector512.Create(m[6]).AsByte();
        Vector512<byte> l0 = Vector512.Create(m[7]).AsByte();
        Vector512<byte> l1 = Vector512.Create(m[8]).AsByte();
        Vector512<byte> l2 = Vector512.Create(m[9]).AsByte();
        Vector512<byte> l3 = Vector512.Create(m[10]).AsByte();
        Vector512<byte> l4 = Vector512.Create(m[11]).AsByte();
        Vector512<byte> l5 = Vector512.Create(m[12]).AsByte();
        Vector512<byte> l6 = Vector512.Create(m[13]).AsByte();
        Vector512<byte> e0 = Vector512.Create(m[14]).AsByte();
        Vector512<byte> e1 = Vector512.Create(m[15]).AsByte();
        Vector512<byte> cutBits = Vector512.Create(CutBitsOfPlane2);

        Vector512<byte> p0 = lanes->P0;
        Vector512<byte> p1 = lanes->P1;
        Vector512<byte> p2 = lanes->P2;
        Vector512<byte> p3 = lanes->P3;
        Vector512<byte> p4 = lanes->P4;
        Vector512<byte> p5 = lanes->P5;
        Vector512<byte> p6 = lanes->P6;
        Vector512<byte> least = lanes->Least;
        for (int row = 0; row < Rows; row++)
        {
            Vector512<byte> over = p6;
            Vector512<byte> old = leaving[row];
            Vector512<byte> fresh = entering[row];
            p6 = p5 ^ Multiply(over, r6) ^ Multiply(old, l6);
            p5 = p4 ^ Multiply(over, r5) ^ Multiply(old, l5);
            p4 = p3 ^ Multiply(over, r4) ^ Multiply(old, l4);
            p3 = p2 ^ Multiply(over, r3) ^ Multiply(old, l3);
            p2 = p1 ^ Multiply(over, r2) ^ Multiply(old, l2);
            p1 = p0 ^ Multiply(over, r1) ^ Multiply(old, l1) ^ Multiply(fresh, e1);
            p0 = Multiply(over, r0) ^ Multiply(old, l0) ^ Multiply(fresh, e0);
            least = Vector512.Min(least, p0 | p1 | (p2 & cutBits));
        }
        lanes->P0 = p0;
        lanes->P1 = p1;
        lanes->P2 = p2;
        lanes->P3 = p3;
        lanes->P4 = p4;
        lanes->P5 = p5;
        lanes->P6 = p6;
        lanes->Least = least;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Multiply(Vector512<byte> bytes, Vector512<byte> matrix) =>
        Gfni.V512.GaloisFieldAffineTransform(bytes, matrix, 0);

    /// <summary>
    /// A linear map of a byte, of whose result one plane is wanted, as GFNI takes it: row i of the matrix, which gives
    /// bit i, is byte 7 - i.
    /// </summary>
    private static ulong Matrix(Func<byte, ulong> map, int plane)
    {
        ulong matrix = 0;
        for (int column = 0; column < 8; column++)
        {
            ulong image = (map((byte)(1 << column)) << Shift) >> (8 * plane);
            for (int row = 0; row < 8; row++)
            {
                matrix |= ((image >> row) & 1) << (8 * (7 - row) + column);
            }
        }
        return matrix;
    }
}
