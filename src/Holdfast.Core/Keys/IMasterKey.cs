namespace Holdfast.Core.Keys;

/// <summary>The installation's one secret: wraps others for the catalog.</summary>
public interface IMasterKey
{
    byte[] Seal(ReadOnlySpan<byte> plain);

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Unavailable"/>: sealed by another key, or damaged.</exception>
    byte[] Unseal(ReadOnlySpan<byte> sealedBytes);
}
