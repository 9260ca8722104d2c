using System.Globalization;
using System.Reflection;

namespace Holdfast.Core.Catalog;

/// <summary>
/// One step forwards of the schema: an embedded <c>Catalog/Migrations/&lt;dialect&gt;/NNNN_name.sql</c>. A landed file is
/// never edited; a change is a new file with the next number.
/// </summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>The number of the last step that a catalog has had; 0 where it has had none.</summary>
    public const string Newest = "SELECT coalesce(max(version), 0) FROM schema_version";

    /// <summary>All steps of the dialect, in order, without a gap.</summary>
    public static IReadOnlyList<Migration> All(SqlDialect dialect)
    {
        Assembly assembly = typeof(Migration).Assembly;
        string prefix = $"Holdfast.Core.Catalog.Migrations.{dialect.Name}.";
        List<Migration> steps =
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => Load(assembly, name, name[prefix.Length..])),
        ];
        for (int index = 0; index < steps.Count; index++)
        {
            if (steps[index].Version != index + 1)
            {
                throw new InvalidOperationException($"Migration {steps[index].Name} is not number {index + 1}.");
            }
        }
        return steps;
    }

    private static Migration Load(Assembly assembly, string resource, string file)
    {
        using Stream stream = assembly.GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream);
        int version = int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture);
        return new Migration(version, Path.GetFileNameWithoutExtension(file), reader.ReadToEnd());
    }
}
