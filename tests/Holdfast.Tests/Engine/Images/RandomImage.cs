using Holdfast.Testing.Files;

namespace Holdfast.Tests.Engine.Images;

/// <summary>An image in a file, and random changes of it of every kind, from a seed.</summary>
internal sealed class RandomImage(string path, int seed)
{
    private const int MaxLength = 16 << 20;

    private readonly Random random = new(seed);

    /// <summary>What the last changes touched.</summary>
    public List<(long Start, long End)> Changed { get; } = [];

    public void Make()
    {
        using FileStream file = RawFiles.Create(path);
        file.SetLength(random.Next(3) == 0 ? random.Next(2 << 20) : random.Next(MaxLength));
        for (int piece = random.Next(5); piece > 0; piece--)
        {
            Write(file, random.Next(8 << 20));
        }
    }

    public void Change()
    {
        Changed.Clear();
        using FileStream file = RawFiles.OpenWrite(path);
        for (int change = random.Next(4); change > 0; change--)
        {
            switch (random.Next(8))
            {
                case 0:
                    Resize(file, random.Next(MaxLength));
                    break;
                case 1:
                    Resize(file, file.Length + random.Next(-70_000, 70_000));
                    break;
                case 2:
                    Write(file, random.Next(4 << 20));
                    break;
                default:
                    Write(file, random.Next(1, 3) == 1 ? 1 : random.Next(100_000));
                    break;
            }
        }
    }

    private void Resize(FileStream file, long length)
    {
        length = Math.Clamp(length, 0, MaxLength);
        Changed.Add((Math.Min(length, file.Length), Math.Max(length, file.Length)));
        file.SetLength(length);
    }

    private void Write(FileStream file, int length)
    {
        if (file.Length == 0)
        {
            return;
        }
        file.Position = random.NextInt64(file.Length);
        byte[] bytes = new byte[Math.Min(length, file.Length - file.Position)];
        if (random.Next(4) != 0)
        {
            random.NextBytes(bytes);
        }
        Changed.Add((file.Position, file.Position + bytes.Length));
        file.Write(bytes);
    }
}
