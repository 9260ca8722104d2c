using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Core.Access.Keystone;

/// <summary>
/// What stands for a token in memory: its SHA-256, from which nobody can make the token again. A token that was asked
/// about as one that may have expired is another than the same token as one that may not.
/// </summary>
internal readonly record struct TokenHash(UInt128 High, UInt128 Low)
{
    public static TokenHash Of(string token, bool evenExpired)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{(evenExpired ? 'e' : 'v')}{token}"), hash);
        return new TokenHash(
            BinaryPrimitives.ReadUInt128BigEndian(hash),
            BinaryPrimitives.ReadUInt128BigEndian(hash[16..])
        );
    }
}
