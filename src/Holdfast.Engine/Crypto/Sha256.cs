using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Engine.Crypto;

/// <summary>SHA-256 into an <see cref="Id"/>, without allocating. .NET's own call is OpenSSL's, with its SHA instructions.</summary>
public static class Sha256
{
    public static void Hash(ReadOnlySpan<byte> bytes, out Id id)
    {
        id = default;
        _ = SHA256.HashData(bytes, MemoryMarshal.AsBytes(new Span<Id>(ref id)));
    }

    public static Id Hash(ReadOnlySpan<byte> bytes)
    {
        Hash(bytes, out Id id);
        return id;
    }
}
