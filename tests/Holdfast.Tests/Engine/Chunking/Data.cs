using System.Text;

namespace Holdfast.Tests.Engine.Chunking;

/// <summary>Bytes of the kinds that files have.</summary>
internal static class Data
{
    public static byte[] Random(Random random, int length)
    {
        byte[] data = new byte[length];
        random.NextBytes(data);
        return data;
    }

    public static byte[] Text(Random random, int length)
    {
        string[] words = ["the", "backup", "of", "a", "share", "holds", "what", "it", "held", "\n"];
        StringBuilder text = new();
        while (text.Length < length)
        {
            text.Append(words[random.Next(words.Length)]).Append(' ');
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Random bytes, text, and runs of one byte.</summary>
    public static byte[] Mixed(Random random, int length)
    {
        byte[] data = new byte[length];
        for (int at = 0; at < length; )
        {
            Span<byte> piece = data.AsSpan(at, Math.Min(length - at, random.Next(1, 400_000)));
            switch (random.Next(4))
            {
                case 0:
                    piece.Fill((byte)random.Next(256));
                    break;
                case 1:
                    Text(random, piece.Length).CopyTo(piece);
                    break;
                default:
                    random.NextBytes(piece);
                    break;
            }
            at += piece.Length;
        }
        return data;
    }
}
