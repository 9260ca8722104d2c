using Holdfast.Engine.Compression;
using Holdfast.Engine.Crypto;

namespace Holdfast.Engine;

/// <summary>The libraries of the system that repositories are read and written with.</summary>
public static class NativeLibraries
{
    /// <exception cref="EngineError">OpenSSL's libcrypto cannot be loaded.</exception>
    public static void RequireCrypto() => Libcrypto.Require();

    /// <exception cref="EngineError">Zstandard cannot be loaded.</exception>
    public static void RequireCompression() => Libzstd.Require();
}
