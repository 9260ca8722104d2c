using System.Numerics;
using System.Text;

namespace Holdfast.Engine.Crypto;

/// <summary>scrypt's cost: memory is 128·N·r bytes, time grows with N·r·p.</summary>
public readonly record struct ScryptCost(int N, int R, int P)
{
    /// <summary>32 MiB and about 0.1 s: what restic's own calibration comes to on a server. For passwords that people choose.</summary>
    public static readonly ScryptCost Default = new(32768, 8, 1);

    /// <summary>1 MiB and about 3 ms, for a password of 128 random bits or more: nobody tries them all at any cost.</summary>
    public static readonly ScryptCost OfRandom = new(1024, 8, 1);

    /// <summary>A key file is read before it is trusted: it may not make us use more than 1 GiB.</summary>
    private const ulong MaximumMemory = 1UL << 30;

    internal bool IsAcceptable =>
        N > 1
        && R > 0
        && P > 0
        && BitOperations.IsPow2(N)
        && (UInt128)128 * (uint)N * (uint)R <= MaximumMemory
        && (UInt128)128 * (uint)R * (uint)P <= MaximumMemory;

    internal ulong MemoryLimit => (ulong)((UInt128)128 * (uint)R * ((uint)N + (uint)P + 2)) + (1 << 20);
}

public static class Scrypt
{
    /// <summary>Derives key bytes from a password; slow by design.</summary>
    public static unsafe void Derive(string password, ReadOnlySpan<byte> salt, ScryptCost cost, Span<byte> key)
    {
        byte[] secret = Encoding.UTF8.GetBytes(password);
        try
        {
            fixed (
                byte* secretStart = secret,
                    saltStart = salt,
                    keyStart = key
            )
            {
                byte empty = 0; // A null pointer would ask OpenSSL only whether the parameters are valid.
                Libcrypto.Check(
                    Libcrypto.Scrypt(
                        secretStart is null ? &empty : secretStart,
                        (nuint)secret.Length,
                        saltStart,
                        (nuint)salt.Length,
                        (ulong)cost.N,
                        (ulong)cost.R,
                        (ulong)cost.P,
                        cost.MemoryLimit,
                        keyStart,
                        (nuint)key.Length
                    ),
                    "scrypt"
                );
            }
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
        }
    }
}
