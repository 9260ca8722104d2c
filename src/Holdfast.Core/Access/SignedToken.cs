using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Holdfast.Core.Access;

/// <summary>How whoever asked for a token had shown who they are.</summary>
[Flags]
public enum LoginMethods
{
    None = 0,
    Password = 1,
    Token = 2,
}

/// <summary>What a token says, whole: no row stands behind a token, only its user, project and grants do.</summary>
/// <param name="Chain">Audit id of the first token of the logins that led here; null when this is the first.</param>
/// <param name="UserEpoch">The user's <see cref="Model.User.TokenEpoch"/> when the token was made.</param>
/// <param name="ProjectEpoch">The project's; 0 without one.</param>
public sealed record TokenClaims(
    Guid AuditId,
    Guid? Chain,
    LoginMethods Methods,
    string UserId,
    string? ProjectId,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    int UserEpoch,
    int ProjectEpoch
);

/// <summary>
/// The text of a token: base64url of fixed-width claims followed by their HMAC-SHA256.
/// <code>version 1 | methods 1 | key 4 | audit 16 | chain 16 | user 16 | project 16 | issued 8 | expires 8 | epochs 4+4 | mac 32</code>
/// Integers are big-endian, times whole seconds since 1970. The length is a multiple of three, so that a token has
/// exactly one spelling.
/// </summary>
public static class SignedToken
{
    /// <summary>Bytes of a signing key.</summary>
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int ClaimsSize = 94;
    private const int Size = ClaimsSize + HMACSHA256.HashSizeInBytes;
    private const int TextLength = Size / 3 * 4;

    public static string Write(TokenClaims claims, int keyId, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        bytes[0] = Version;
        bytes[1] = (byte)claims.Methods;
        BinaryPrimitives.WriteInt32BigEndian(bytes[2..], keyId);
        claims.AuditId.TryWriteBytes(bytes[6..]);
        claims.Chain?.TryWriteBytes(bytes[22..]);
        Convert.FromHexString(claims.UserId, bytes[38..54], out _, out _);
        if (claims.ProjectId is not null)
        {
            Convert.FromHexString(claims.ProjectId, bytes[54..70], out _, out _);
        }
        BinaryPrimitives.WriteInt64BigEndian(bytes[70..], claims.IssuedAt.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64BigEndian(bytes[78..], claims.ExpiresAt.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt32BigEndian(bytes[86..], claims.UserEpoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes[90..], claims.ProjectEpoch);
        HMACSHA256.HashData(key, bytes[..ClaimsSize], bytes[ClaimsSize..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The id of the key that a token says it was signed with; null when this is no token of ours.</summary>
    public static int? KeyIdOf(string token)
    {
        Span<byte> bytes = stackalloc byte[Size];
        return Decode(token, bytes) ? BinaryPrimitives.ReadInt32BigEndian(bytes[2..]) : null;
    }

    /// <returns>Null when the signature is not the key's.</returns>
    public static TokenClaims? Read(string token, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (!Decode(token, bytes))
        {
            return null;
        }
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, bytes[..ClaimsSize], mac);
        return CryptographicOperations.FixedTimeEquals(mac, bytes[ClaimsSize..]) ? Claims(bytes) : null;
    }

    private static bool Decode(string token, Span<byte> bytes) =>
        token.Length == TextLength
        && Base64Url.DecodeFromChars(token, bytes, out _, out int written) == OperationStatus.Done
        && written == Size
        && bytes[0] == Version;

    private static TokenClaims Claims(ReadOnlySpan<byte> bytes)
    {
        Guid chain = new(bytes[22..38]);
        ReadOnlySpan<byte> project = bytes[54..70];
        return new TokenClaims(
            new Guid(bytes[6..22]),
            chain == Guid.Empty ? null : chain,
            (LoginMethods)bytes[1],
            Convert.ToHexStringLower(bytes[38..54]),
            project.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(project) : null,
            DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(bytes[70..])),
            DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(bytes[78..])),
            BinaryPrimitives.ReadInt32BigEndian(bytes[86..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[90..])
        );
    }
}
