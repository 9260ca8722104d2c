namespace Holdfast.Engine.Compression;

/// <summary>The process's zstd contexts: as many as compress or decompress at once.</summary>
internal static class Zstd
{
    internal static Pool<Compressor> Compressors { get; } = new(() => new Compressor());

    internal static Pool<Decompressor> Decompressors { get; } = new(() => new Decompressor());
}
