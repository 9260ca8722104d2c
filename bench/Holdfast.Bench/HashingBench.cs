using System.Security.Cryptography;
using Holdfast.Engine;
using Holdfast.Engine.Crypto;

namespace Holdfast.Bench;

/// <summary>SHA-256 of a small file, and of a chunk of ordinary length.</summary>
internal static class HashingBench
{
    private const int Small = 4 << 10;
    private const int Chunk = 3 << 19;

    public static void Run()
    {
        Print("SHA-256, 4 KiB", Small);
        Print("SHA-256, 1.5 MiB", Chunk);
    }

    private static void Print(string name, int length)
    {
        byte[] blob = RandomNumberGenerator.GetBytes(length);
        int times = Chunk / length;
        Speed.Print(
            name,
            Chunk,
            () =>
            {
                for (int i = 0; i < times; i++)
                {
                    Sha256.Hash(blob, out Id _);
                }
            }
        );
    }
}
