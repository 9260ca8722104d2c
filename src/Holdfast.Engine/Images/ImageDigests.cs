using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Images;

/// <summary>
/// A short tag of each blob that one snapshot has of an image, under a secret key of the volume's: with it the next backup
/// knows by reading alone, without cutting and hashing, what has not changed. It only ever saves work: without it, or with
/// that of another snapshot, everything is read, cut and hashed, with the same result.
/// </summary>
/// <remarks>
/// The key makes that nobody can write into an image what has the tag of something else: see <see cref="ContentTag"/>. So
/// the bytes of <see cref="ToBytes"/> are a secret of the service's, and no tenant may see them.
/// </remarks>
public sealed class ImageDigests
{
    private const int SnapshotAt = 8;
    private const int KeyAt = SnapshotAt + Engine.Id.Size;
    private const int TagsAt = KeyAt + ContentTag.KeyLength;

    private readonly byte[] key;
    private readonly UInt128[] tags;

    private ImageDigests(Id snapshot, byte[] key, UInt128[] tags)
    {
        Snapshot = snapshot;
        this.key = key;
        this.tags = tags;
    }

    private static ReadOnlySpan<byte> Format => "HFDIGES1"u8;

    /// <summary>Whose content this tells of; zero when of none.</summary>
    public Id Snapshot { get; }

    internal ReadOnlyMemory<byte> Key => key;

    internal IReadOnlyList<UInt128> Tags => tags;

    /// <summary>Those of a volume without a backup: a new key.</summary>
    public static ImageDigests Create() => new(default, RandomNumberGenerator.GetBytes(ContentTag.KeyLength), []);

    /// <summary>What <see cref="ToBytes"/> made; null when it is not that any more.</summary>
    public static ImageDigests? Parse(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.Length - TagsAt - SHA256.HashSizeInBytes;
        if (
            length < 0
            || length % 16 != 0
            || !bytes.StartsWith(Format)
            || !SHA256.HashData(bytes[..(TagsAt + length)]).AsSpan().SequenceEqual(bytes[(TagsAt + length)..])
        )
        {
            return null;
        }
        UInt128[] its = new UInt128[length / 16];
        for (int index = 0; index < its.Length; index++)
        {
            its[index] = BinaryPrimitives.ReadUInt128LittleEndian(bytes[(TagsAt + (16 * index))..]);
        }
        return new ImageDigests(new Id(bytes[SnapshotAt..KeyAt]), bytes[KeyAt..TagsAt].ToArray(), its);
    }

    /// <summary>
    /// For a file: 104 bytes, and 16 for each blob of 512 KiB to 8 MiB. It holds the key, so keep it from everybody
    /// (mode 0600). A checksum at the end tells damage.
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[TagsAt + (16 * tags.Length) + SHA256.HashSizeInBytes];
        Format.CopyTo(bytes);
        Snapshot.Bytes.CopyTo(bytes.AsSpan(SnapshotAt));
        key.CopyTo(bytes.AsSpan(KeyAt));
        for (int index = 0; index < tags.Length; index++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(TagsAt + (16 * index)), tags[index]);
        }
        int end = bytes.Length - SHA256.HashSizeInBytes;
        _ = SHA256.HashData(bytes.AsSpan(0, end), bytes.AsSpan(end));
        return bytes;
    }

    /// <summary>Whether there is a tag for each of the blobs that the snapshot has of the image.</summary>
    internal bool Fit(Id snapshot, int blobs) => Snapshot == snapshot && tags.Length == blobs;

    /// <summary>Those of the image as a later snapshot has it, under the same key.</summary>
    internal ImageDigests For(Id snapshot, IEnumerable<UInt128> its) => new(snapshot, key, [.. its]);
}
