namespace Holdfast.Core.Access.Policies;

/// <summary>What somebody meant who wrote a name that is none.</summary>
public static class Nearest
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

    // Letters added, dropped, changed, or swapped with the next.
    private static int Distance(string from, string to)
    {
        int[,] changes = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    changes[i, j] = i + j;
                    continue;
                }
                int changed = changes[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                int swapped =
                    i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]
                        ? changes[i - 2, j - 2] + 1
                        : changed;
                changes[i, j] = Math.Min(
                    Math.Min(changed, swapped),
                    Math.Min(changes[i - 1, j], changes[i, j - 1]) + 1
                );
            }
        }
        return changes[from.Length, to.Length];
    }
}
