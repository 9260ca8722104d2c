using Holdfast.Testing.Objects;

namespace Holdfast.Testing.Remote;

/// <summary>One request to a store. <paramref name="Name"/> is the object's, or the prefix of a listing.</summary>
/// <param name="Bytes">What it carries there or back; 0 for those that carry no content.</param>
public readonly record struct StoreRequest(StoreCall Call, string Name, long Bytes)
{
    public bool IsBeneath(string prefix) => Name.StartsWith(prefix, StringComparison.Ordinal);
}
