using System.Buffers.Binary;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine.Packs;

/// <summary>What is wrong with a pack, a sentence each, and the blobs of it that cannot be had.</summary>
internal sealed record PackVerdict(IReadOnlyList<string> Problems, IReadOnlyList<Id> LostBlobs);

/// <summary>Everything that can be verified of one pack: name, length, header, and each blob down to its plaintext.</summary>
internal static class PackCheck
{
    /// <param name="listed">What the index says of it.</param>
    /// <param name="content">The pack's bytes; overwritten.</param>
    /// <param name="sealer">The repository's.</param>
    internal static PackVerdict Run(PackContent listed, Span<byte> content, Sealer sealer)
    {
        var problems = new List<string>();
        if (Sha256.Hash(content) != listed.Pack)
        {
            problems.Add($"Pack {listed.Pack}: its bytes are not those it is named after.");
        }
        long expected = PackHeader.PackLength(listed.Blobs);
        if (content.Length != expected)
        {
            problems.Add($"Pack {listed.Pack}: it has {content.Length} bytes; its blobs come to {expected}.");
        }
        CheckHeader(listed, content, sealer, problems);
        IReadOnlyList<Id> lost = CheckBlobs(listed, content, sealer, problems);
        return new PackVerdict(problems, lost);
    }

    private static void CheckHeader(
        PackContent listed,
        ReadOnlySpan<byte> content,
        Sealer sealer,
        List<string> problems
    )
    {
        List<PackEntry>? header = null;
        if (content.Length >= PackHeader.LengthField)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(content[^PackHeader.LengthField..]);
            int end = content.Length - PackHeader.LengthField;
            header = length <= end ? PackHeader.Read(content[(end - (int)length)..end], sealer) : null;
        }
        if (header is null)
        {
            problems.Add($"Pack {listed.Pack}: its header cannot be read.");
        }
        else if (!header.SequenceEqual(listed.Blobs.OrderBy(blob => blob.Offset)))
        {
            problems.Add($"Pack {listed.Pack}: header and index list different blobs.");
        }
    }

    private static List<Id> CheckBlobs(PackContent listed, Span<byte> content, Sealer sealer, List<string> problems)
    {
        List<Id> lost = [];
        foreach (PackEntry blob in listed.Blobs)
        {
            bool whole =
                blob.Offset + (long)blob.Length <= content.Length
                && BlobCodec.TryOpen(
                    sealer,
                    content.Slice((int)blob.Offset, (int)blob.Length),
                    blob.Id,
                    blob.UncompressedLength,
                    out PooledBytes plaintext
                )
                && Dispose(plaintext);
            if (!whole)
            {
                problems.Add(
                    $"Pack {listed.Pack}: {BlobCodec.Noun(blob.Kind)} blob {blob.Id} at {blob.Offset} is damaged."
                );
                lost.Add(blob.Id);
            }
        }
        return lost;
    }

    private static bool Dispose(PooledBytes plaintext)
    {
        plaintext.Dispose();
        return true;
    }
}
