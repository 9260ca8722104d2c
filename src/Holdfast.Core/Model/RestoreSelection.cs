using System.Text.Json;

namespace Holdfast.Core.Model;

/// <summary>What a restore of chosen paths puts back, and where in the share.</summary>
/// <param name="Paths">Raw bytes, names joined by slashes; an empty path is all of the backup.</param>
/// <param name="Into">The directory beneath which the paths are restored; null restores each to its own place.</param>
public sealed record RestoreSelection(IReadOnlyList<byte[]> Paths, byte[]? Into)
{
    public bool IsWhole => Paths.Any(path => path.Length == 0);

    public static RestoreSelection Of(string text) => JsonSerializer.Deserialize<RestoreSelection>(text)!;

    /// <summary>As an operation's row keeps it: JSON, the bytes in base64.</summary>
    public string ToText() => JsonSerializer.Serialize(this);
}
