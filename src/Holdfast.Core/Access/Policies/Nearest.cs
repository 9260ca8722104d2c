namespace Holdfast.Core.Access.Policies;

/// <summary>What somebody meant who wrote a name that is none.</summary>
internal static class Nearest
{
    /// <summary>To be put at the end of a message; empty when nothing is near.</summary>
    public static string Hint(string name, IEnumerable<string> names) =>
        Of(name, names) is { } near ? $"; did you mean '{near}'?" : "";

    /// <returns>Null when more than a fifth of the letters would have to change.</returns>
    public static string? Of(string name, IEnumerable<string> names) =>
        names
            .Select(one => (Name: one, Distance: Distance(name, one)))
            .Where(one => one.Distance <= Math.Max(1, name.Length / 5))
            .OrderBy(one => one.Distance)
            .ThenBy(one => one.Name, StringComparer.Ordinal)
            .Select(one => one.Name)
            .FirstOrDefault();

    // Letters added, dropped or changed.
    private static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
