using System.Security.Cryptography;
using Holdfast.Engine.Crypto;

namespace Holdfast.Bench;

/// <summary>AES-256-CTR and Poly1305-AES of a small file and of a chunk, and back.</summary>
internal static class SealingBench
{
    private const int Small = 4 << 10;
    private const int Chunk = 3 << 19;

    public static void Run()
    {
        using Sealer sealer = new(KeyMaterial.Random());
        Print(sealer, "4 KiB", Small);
        Print(sealer, "1.5 MiB", Chunk);
    }

    private static void Print(Sealer sealer, string name, int length)
    {
        byte[] plain = RandomNumberGenerator.GetBytes(length);
        byte[] sealedBytes = new byte[length + Sealer.Overhead];
        int times = Chunk / length;
        Speed.Print($"seal, {name}", Chunk, () => Repeat(times, () => sealer.Seal(plain, sealedBytes)));
        Speed.Print($"open, {name}", Chunk, () => Repeat(times, () => _ = sealer.TryOpen(sealedBytes, plain)));
    }

    private static void Repeat(int times, Action run)
    {
        for (int i = 0; i < times; i++)
        {
            run();
        }
    }
}
