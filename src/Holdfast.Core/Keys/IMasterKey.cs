using Holdfast.Core.Catalog;

namespace Holdfast.Core.Keys;

/// <summary>The installation's one secret: wraps others for the catalog.</summary>
public interface IMasterKey
{
    byte[] Seal(ReadOnlySpan<byte> plain);

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: sealed by another key, or damaged.</exception>
    byte[] Unseal(ReadOnlySpan<byte> sealedBytes);

    /// <summary>To be called in the transaction that writes, or lets write, what this key has sealed.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: the master key is, or is becoming, another.</exception>
    Task RequireCurrentAsync(ICatalogSession session);
}
