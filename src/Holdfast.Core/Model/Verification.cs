using System.Text.Json;

namespace Holdfast.Core.Model;

/// <summary>What one verification of a repository leaves for the next.</summary>
public sealed record Verification
{
    /// <summary>Parts of a repository: the packs whose id begins with the same byte.</summary>
    public const int Parts = 256;

    /// <summary>When the reading of each part last began, microseconds since 1970; null for one that never was read.</summary>
    public IReadOnlyList<long?> ReadAt { get; init; } = new long?[Parts];

    /// <summary>Packs that were found damaged, which every verification reads again; hexadecimal ids, so many at most.</summary>
    public IReadOnlyList<string> DamagedPacks { get; init; } = [];

    /// <summary>Parts of which more packs are damaged than have found room there: they count as not read.</summary>
    public IReadOnlyList<byte> PartsLeftOut { get; init; } = [];

    /// <summary>The first of what was found last, for the operator.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>What was read last.</summary>
    public long BytesRead { get; init; }

    /// <summary>How many packs there were.</summary>
    public int Packs { get; init; }

    /// <returns>What was never read first, then what was read longest ago.</returns>
    public IReadOnlyList<byte> Order() =>
        [.. Enumerable.Range(0, Parts).OrderBy(part => ReadAt[part] ?? long.MinValue).Select(part => (byte)part)];

    public string ToText() => JsonSerializer.Serialize(this);

    public static Verification Of(string? text) =>
        text is null ? new Verification() : JsonSerializer.Deserialize<Verification>(text) ?? new Verification();
}
