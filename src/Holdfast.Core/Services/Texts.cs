namespace Holdfast.Core.Services;

/// <summary>What texts of callers must keep to, the same for every resource.</summary>
internal static class Texts
{
    private const int Longest = 255;
    private const int LongestBackupType = 32;

    public static void CheckNames(string? name, string? description)
    {
        Check("name", name, Longest);
        Check("description", description, Longest);
    }

    public static void CheckBackupType(string? type) => Check("backup_type", type, LongestBackupType);

    private static void Check(string what, string? text, int longest)
    {
        if (text?.Length > longest)
        {
            throw ServiceError.Invalid($"'{what}' has {text.Length} characters, more than {longest}.");
        }
        if (text?.Contains('\0') == true)
        {
            throw ServiceError.Invalid($"'{what}' contains a NUL character.");
        }
    }
}
