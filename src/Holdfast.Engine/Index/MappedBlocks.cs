namespace Holdfast.Engine.Index;

/// <summary>
/// Elements by number, outside the collector's heap (ADR 22): blocks that never move, so that any number of threads may read
/// what is there while one sets what follows.
/// </summary>
/// <param name="bits">A block has two to so many elements; what is not set yet takes no memory.</param>
internal sealed unsafe class MappedBlocks<T>(int bits)
    where T : unmanaged
{
    private volatile NativeHandle[] blocks = [];
    private int blockCount;

    public T this[int number]
    {
        get
        {
            NativeHandle block = blocks[number >> bits];
            T element = ((T*)block.DangerousGetHandle())[number & Within];
            // Until here nobody may take the block away.
            GC.KeepAlive(block);
            return element;
        }
        set
        {
            NativeHandle block = blocks[number >> bits];
            ((T*)block.DangerousGetHandle())[number & Within] = value;
            GC.KeepAlive(block);
        }
    }

    /// <summary>To be called before elements below <paramref name="count"/> are set.</summary>
    /// <exception cref="EngineError">The system has no memory left; what is there stays.</exception>
    public void MakeRoom(int count)
    {
        int needed = (int)(((long)count + Within) >> bits);
        NativeHandle[] all = blocks;
        if (needed > all.Length)
        {
            Array.Resize(ref all, needed + (needed / 8));
            blocks = all;
        }
        for (; blockCount < needed; blockCount++)
        {
            all[blockCount] = MappedMemory.Handle(sizeof(T) << bits);
        }
    }

    /// <summary>What so many elements take, and what leads to them.</summary>
    public long BytesOf(int count)
    {
        long page = Environment.SystemPageSize;
        return (((long)count * sizeof(T)) + page - 1) / page * page + ((long)blocks.Length * IntPtr.Size);
    }

    private int Within => (1 << bits) - 1;
}
