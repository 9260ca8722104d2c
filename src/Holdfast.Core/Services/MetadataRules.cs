namespace Holdfast.Core.Services;

/// <summary>What metadata must keep to, in Manila's words, the same for every resource that has some.</summary>
internal static class MetadataRules
{
    private const int LongestKey = 255;
    private const int LongestValue = 1023;

    // A row is rewritten whole with every change, and Manila has no limit: far above what people label with.
    private const int MostItems = 256;

    /// <summary>Of all that a resource is to have.</summary>
    public static void Check(IReadOnlyDictionary<string, string> metadata)
    {
        foreach ((string key, string value) in metadata)
        {
            Check("key", key, LongestKey);
            Check("value", value, LongestValue);
        }
        if (metadata.Count > MostItems)
        {
            throw ServiceError.Invalid($"There are {metadata.Count} metadata properties, more than {MostItems}.");
        }
    }

    private static void Check(string what, string text, int longest)
    {
        if (text.Length == 0)
        {
            throw ServiceError.Invalid($"Metadata property {what} is blank.");
        }
        if (Texts.IsLonger(text, longest))
        {
            throw ServiceError.Invalid($"Metadata property {what} is greater than {longest} characters.");
        }
        if (text.Contains('\0'))
        {
            throw ServiceError.Invalid($"Metadata property {what} contains a NUL character.");
        }
    }
}
