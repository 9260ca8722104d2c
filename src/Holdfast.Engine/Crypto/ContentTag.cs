namespace Holdfast.Engine.Crypto;

/// <summary>
/// Poly1305 with one secret key for everything: a hash at a quarter of SHA-256's price that tells whether content is what
/// it was. Two contents of 8 MiB that were chosen without knowing the key have the same tag with a probability of
/// 2^-84 at most. As a key that serves more than once is known to whoever sees two tags, nobody may see one.
/// For one thread at a time.
/// </summary>
internal sealed unsafe class ContentTag(ReadOnlyMemory<byte> key) : IDisposable
{
    internal const int KeyLength = 32;

    private readonly NativeHandle mac = new(Libcrypto.MacNew(Libcrypto.Algorithms.Poly1305), Libcrypto.MacFree);

    internal UInt128 Of(ReadOnlySpan<byte> content)
    {
        UInt128 tag;
        nuint length;
        fixed (
            byte* secret = key.Span,
                from = content
        )
        {
            Libcrypto.Check(Libcrypto.MacInit(mac, secret, KeyLength, 0), "Poly1305 key");
            Libcrypto.Check(Libcrypto.MacUpdate(mac, from, (nuint)content.Length), "Poly1305");
            Libcrypto.Check(Libcrypto.MacFinal(mac, (byte*)&tag, &length, (nuint)sizeof(UInt128)), "Poly1305");
        }
        return tag;
    }

    public void Dispose() => mac.Dispose();
}
