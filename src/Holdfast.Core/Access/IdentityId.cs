using System.Security.Cryptography;

namespace Holdfast.Core.Access;

/// <summary>
/// Ids of projects, users and roles: 32 lower-case hex digits. At least one is a letter, because clients take an
/// all-digit argument for a number.
/// </summary>
public static class IdentityId
{
    public const int Length = 32;

    public static string New()
    {
        string id;
        do
        {
            id = RandomNumberGenerator.GetHexString(Length, lowercase: true);
        } while (!id.AsSpan().ContainsAnyInRange('a', 'f'));
        return id;
    }

    /// <summary>The id that <paramref name="name"/> always has: for things that are derived, not stored.</summary>
    public static string Of(string name)
    {
        byte[] hash = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name));
        hash[0] |= 0xa0; // the first digit is a letter
        return Convert.ToHexStringLower(hash.AsSpan(0, Length / 2));
    }
}
