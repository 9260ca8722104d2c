using System.Runtime.InteropServices;

namespace Holdfast.Engine.Compression;

internal static unsafe partial class Libzstd
{
    internal const ulong ContentSizeUnknown = ulong.MaxValue;
    internal const ulong ContentSizeError = ulong.MaxValue - 1;

    /// <summary>ZSTD_error_dstSize_tooSmall.</summary>
    internal const int DestinationTooSmall = 70;

    private const string Library = "libzstd.so.1";

    /// <summary>ZSTD_cParameter, as far as we set them.</summary>
    internal enum Parameter
    {
        CompressionLevel = 100,
        HashLog = 102,
        ChainLog = 103,
    }

    /// <exception cref="EngineError">The library is not installed.</exception>
    internal static void Require()
    {
        try
        {
            _ = Version();
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: false,
                $"{Library} (Zstandard) cannot be loaded.",
                "Install the distribution's Zstandard library (Debian: libzstd1).",
                error
            );
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionNumber")]
    private static partial uint Version();

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    internal static partial nuint CompressBound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    internal static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorCode")]
    internal static partial int ErrorCode(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint FreeCompressor(nint context);

    /// <summary>Sets a parameter of every frame to come; 0 is the level's own value.</summary>
    [LibraryImport(Library, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint SetParameter(NativeHandle context, Parameter parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress2")]
    internal static partial nuint Compress(NativeHandle context, byte* to, nuint capacity, byte* from, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    internal static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    internal static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    internal static partial nuint Decompress(NativeHandle context, byte* to, nuint capacity, byte* from, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_getFrameContentSize")]
    internal static partial ulong FrameContentSize(byte* from, nuint length);
}
