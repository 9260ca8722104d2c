using System.Runtime.InteropServices;

namespace Holdfast.Engine.Crypto;

/// <summary>OpenSSL 3's libcrypto, as far as the format needs it beyond .NET: AES-CTR, Poly1305 and scrypt.</summary>
internal static unsafe partial class Libcrypto
{
    private const string Library = "libcrypto.so.3";

    /// <summary>Fetched once for the process: an implicit fetch at each use costs more than a small blob's cipher.</summary>
    internal static class Algorithms
    {
        internal static readonly nint Aes256Ctr = Fetched(CipherFetch(0, "AES-256-CTR", null), "AES-256-CTR");
        internal static readonly nint Aes128Ecb = Fetched(CipherFetch(0, "AES-128-ECB", null), "AES-128-ECB");
        internal static readonly nint Poly1305 = Fetched(MacFetch(0, "POLY1305", null), "POLY1305");
    }

    /// <exception cref="EngineError">The library is not installed.</exception>
    internal static void Require()
    {
        try
        {
            _ = OpenSslVersion();
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EngineError(
                EngineErrorKind.Store,
                temporary: false,
                $"{Library} (OpenSSL 3) cannot be loaded.",
                "Install the distribution's OpenSSL 3 library (Debian: libssl3).",
                error
            );
        }
    }

    /// <summary>Every call that fails here fails for lack of memory or a broken installation, never for its data.</summary>
    internal static void Check(int result, string call)
    {
        if (result != 1)
        {
            throw Failed(call);
        }
    }

    internal static nint Fetched(nint pointer, string what) => pointer != 0 ? pointer : throw Failed(what);

    private static EngineError Failed(string what) =>
        new(
            EngineErrorKind.Store,
            temporary: false,
            $"OpenSSL failed: {what}, error 0x{GetError():x}.",
            "Check the installation of libcrypto.so.3 and its default provider."
        );

    [LibraryImport(Library, EntryPoint = "OpenSSL_version_num")]
    private static partial nuint OpenSslVersion();

    [LibraryImport(Library, EntryPoint = "ERR_get_error")]
    private static partial nuint GetError();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint CipherFetch(nint context, string algorithm, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_MAC_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint MacFetch(nint context, string algorithm, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    internal static partial nint CipherNew();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    internal static partial void CipherFree(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_set_padding")]
    internal static partial int CipherPadding(NativeHandle context, int padding);

    [LibraryImport(Library, EntryPoint = "EVP_EncryptInit_ex2")]
    internal static partial int EncryptInit(NativeHandle context, nint cipher, byte* key, byte* iv, nint parameters);

    [LibraryImport(Library, EntryPoint = "EVP_EncryptUpdate")]
    internal static partial int EncryptUpdate(
        NativeHandle context,
        byte* output,
        int* written,
        byte* input,
        int length
    );

    [LibraryImport(Library, EntryPoint = "EVP_MAC_CTX_new")]
    internal static partial nint MacNew(nint algorithm);

    [LibraryImport(Library, EntryPoint = "EVP_MAC_CTX_free")]
    internal static partial void MacFree(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_MAC_init")]
    internal static partial int MacInit(NativeHandle context, byte* key, nuint length, nint parameters);

    [LibraryImport(Library, EntryPoint = "EVP_MAC_update")]
    internal static partial int MacUpdate(NativeHandle context, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_MAC_final")]
    internal static partial int MacFinal(NativeHandle context, byte* output, nuint* written, nuint capacity);

    [LibraryImport(Library, EntryPoint = "EVP_PBE_scrypt")]
    internal static partial int Scrypt(
        byte* password,
        nuint passwordLength,
        byte* salt,
        nuint saltLength,
        ulong n,
        ulong r,
        ulong p,
        ulong maximumMemory,
        byte* key,
        nuint keyLength
    );
}
