using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Holdfast.Engine.Chunking;

/// <summary>
/// Polynomials over GF(2) of degree at most 63, a coefficient a bit: addition is exclusive or. A repository's own,
/// irreducible and of degree 53, decides where its files are cut.
/// </summary>
public static class ChunkerPolynomial
{
    public const int Degree = 53;

    /// <summary>A random irreducible polynomial of degree 53, as restic picks one for a new repository.</summary>
    public static ulong CreateRandom()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (true)
        {
            // One in about 26 odd ones is irreducible.
            RandomNumberGenerator.Fill(bytes);
            ulong candidate = BinaryPrimitives.ReadUInt64LittleEndian(bytes) & ((1UL << Degree) - 1);
            candidate |= (1UL << Degree) | 1;
            if (IsIrreducible(candidate))
            {
                return candidate;
            }
        }
    }

    /// <summary>Whether a repository may use it: irreducible, and of degree 53.</summary>
    public static bool IsUsable(ulong polynomial) => DegreeOf(polynomial) == Degree && IsIrreducible(polynomial);

    /// <summary>
    /// Ben-Or's test: x^(2^i) - x is the product of all irreducible polynomials whose degree divides i, so a
    /// polynomial without a common factor with any of them up to half its degree has no factor at all.
    /// </summary>
    public static bool IsIrreducible(ulong polynomial)
    {
        const ulong X = 0b10;
        int degree = DegreeOf(polynomial);
        if (degree < 1)
        {
            return false;
        }
        ulong power = X;
        for (int i = 1; i <= degree / 2; i++)
        {
            power = MultiplyModulo(power, power, polynomial);
            if (GreatestCommonDivisor(polynomial, power ^ X) != 1)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The highest power of x in it; -1 for zero.</summary>
    internal static int DegreeOf(ulong polynomial) => 63 - BitOperations.LeadingZeroCount(polynomial);

    internal static ulong Modulo(ulong value, ulong modulus)
    {
        int degree = DegreeOf(modulus);
        for (int excess = DegreeOf(value) - degree; excess >= 0; excess = DegreeOf(value) - degree)
        {
            value ^= modulus << excess;
        }
        return value;
    }

    /// <summary>The product of two polynomials of lower degree than the modulus, which is below 63.</summary>
    internal static ulong MultiplyModulo(ulong left, ulong right, ulong modulus)
    {
        ulong top = 1UL << DegreeOf(modulus);
        ulong product = 0;
        for (; right != 0; right >>= 1)
        {
            product ^= (right & 1) != 0 ? left : 0;
            left <<= 1;
            left ^= (left & top) != 0 ? modulus : 0;
        }
        return product;
    }

    private static ulong GreatestCommonDivisor(ulong left, ulong right)
    {
        while (right != 0)
        {
            (left, right) = (right, Modulo(left, right));
        }
        return left;
    }
}
