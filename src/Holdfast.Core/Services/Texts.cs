namespace Holdfast.Core.Services;

/// <summary>What texts of callers must keep to, the same for every resource.</summary>
public static class Texts
{
    /// <summary>Characters of a name or a description.</summary>
    public const int Longest = 255;

    private const int LongestBackupType = 32;

    internal static void CheckNames(string? name, string? description)
    {
        Check("name", name, Longest);
        Check("description", description, Longest);
    }

    internal static void CheckReason(string? reason) => Check("reason", reason, Longest);

    internal static void CheckBackupType(string? type) => Check("backup_type", type, LongestBackupType);

    /// <summary>Whether it has more characters of Unicode than that: databases count those.</summary>
    public static bool IsLonger(string? text, int longest) =>
        text?.Length > longest && text.EnumerateRunes().Count() > longest;

    /// <summary>As many of its first characters, counted as databases do.</summary>
    internal static string Start(string text, int longest) =>
        IsLonger(text, longest) ? string.Concat(text.EnumerateRunes().Take(longest)) : text;

    private static void Check(string what, string? text, int longest)
    {
        if (IsLonger(text, longest))
        {
            throw ServiceError.Invalid($"'{what}' has more than {longest} characters.");
        }
        if (text?.Contains('\0') == true)
        {
            throw ServiceError.Invalid($"'{what}' contains a NUL character.");
        }
    }
}
