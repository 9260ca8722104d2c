using System.Runtime.CompilerServices;

namespace Holdfast.Engine.Chunking;

/// <summary>
/// A Rabin fingerprint over the last 64 bytes: the bytes as one long polynomial, the oldest highest, modulo the
/// repository's polynomial. Tables of 256 make a step of one byte two look-ups.
/// </summary>
internal sealed class RabinTables
{
    /// <summary>Bytes that the fingerprint looks back on.</summary>
    public const int Window = 64;

    /// <summary>A chunk ends where these bits of the fingerprint are zero: every MiB on average.</summary>
    public const ulong CutMask = (1UL << 20) - 1;

    /// <summary>The fingerprint's top byte begins here; a step pushes it over the edge.</summary>
    public const int TopShift = ChunkerPolynomial.Degree - 8;

    /// <summary>
    /// For each byte t: t·x^53 reduced, together with t·x^53 itself, so that one exclusive or takes the overflow away
    /// and adds its remainder.
    /// </summary>
    public readonly ulong[] Reduce = new ulong[256];

    /// <summary>For each byte: what it still contributes when 64 newer ones stand below it.</summary>
    public readonly ulong[] Leave = new ulong[256];

    public RabinTables(ulong polynomial)
    {
        if (ChunkerPolynomial.DegreeOf(polynomial) != ChunkerPolynomial.Degree)
        {
            throw new ArgumentException("A chunker's polynomial has degree 53.", nameof(polynomial));
        }
        ulong leaving = 1;
        for (int bit = 0; bit < 8 * Window; bit++)
        {
            leaving = ChunkerPolynomial.Modulo(leaving << 1, polynomial);
        }
        for (uint value = 0; value < 256; value++)
        {
            ulong overflow = (ulong)value << ChunkerPolynomial.Degree;
            Reduce[value] = ChunkerPolynomial.Modulo(overflow, polynomial) ^ overflow;
            Leave[value] = ChunkerPolynomial.MultiplyModulo(leaving, value, polynomial);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsCut(ulong fingerprint) => (fingerprint & CutMask) == 0;

    /// <summary>The fingerprint of bytes with zeros before them; of 64 bytes, it is the window's.</summary>
    public ulong Fingerprint(ReadOnlySpan<byte> bytes)
    {
        ulong fingerprint = 0;
        foreach (byte value in bytes)
        {
            fingerprint = (fingerprint << 8) ^ Reduce[fingerprint >> TopShift] ^ value;
        }
        return fingerprint;
    }

    /// <summary>Moves the window by one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Roll(ulong fingerprint, byte leaving, byte entering) =>
        (fingerprint << 8) ^ Reduce[fingerprint >> TopShift] ^ Leave[leaving] ^ entering;
}
