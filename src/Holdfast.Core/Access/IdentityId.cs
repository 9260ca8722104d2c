using System.Buffers;
using System.Security.Cryptography;

namespace Holdfast.Core.Access;

/// <summary>
/// Ids of projects, users and roles: 32 lower-case hex digits. At least one is a letter, because clients take an
/// all-digit argument for a number.
/// </summary>
public static class IdentityId
{
    public const int Length = 32;

    // Manila's own rule for a project's id in a URL, and Keystone's longest id.
    private const int LongestProject = 64;
    private static readonly SearchValues<char> InProject = SearchValues.Create("0123456789abcdef-");

    /// <summary>
    /// Whether a project of Keystone's may have this id here, where it names a directory and is a part of a URL: hex digits
    /// and hyphens.
    /// </summary>
    public static bool IsProject(string id) =>
        id.Length is > 0 and <= LongestProject && !id.AsSpan().ContainsAnyExcept(InProject);

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
