namespace Holdfast.Core.Services;

/// <summary>
/// Which rows of a list, in which order. <paramref name="Limit"/> null is every row. <paramref name="Marker"/>: rows after
/// the row of that id, when it is one the caller may see; an unknown one is ignored. <paramref name="SortKey"/> is a wire
/// name; the service refuses what it does not know.
/// </summary>
public sealed record Page(
    int? Limit = null,
    int Offset = 0,
    string? Marker = null,
    string? SortKey = null,
    string? SortDirection = null
);
