using System.Buffers;

namespace Holdfast.Testing.Objects;

/// <summary>Bytes in several pieces of memory, as one sequence.</summary>
public static class Segments
{
    /// <param name="content">The bytes.</param>
    /// <param name="cuts">Where a new segment begins, ascending; the same position twice makes an empty one.</param>
    public static ReadOnlySequence<byte> Of(byte[] content, params int[] cuts)
    {
        var first = new Segment(content.AsMemory(0, cuts[0]), 0);
        Segment last = first;
        for (int i = 0; i < cuts.Length; i++)
        {
            int end = i + 1 < cuts.Length ? cuts[i + 1] : content.Length;
            last = last.Append(content.AsMemory(cuts[i]..end));
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, long start)
        {
            Memory = memory;
            RunningIndex = start;
        }

        internal Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
