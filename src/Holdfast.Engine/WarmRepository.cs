using Holdfast.Engine.Crypto;
using Holdfast.Engine.Index;

namespace Holdfast.Engine;

/// <summary>
/// What an open repository leaves to the next who opens it in this process: the master key, unwrapped, and the index.
/// Neither is relied on before the store was asked whether it is still so.
/// </summary>
/// <param name="KeyName">The key object that <paramref name="Key"/> was unwrapped from.</param>
/// <param name="Key">Disposed by whoever holds this.</param>
/// <param name="Index">Refreshed by each repository opened with it, before it is first asked.</param>
internal sealed record WarmRepository(Id KeyName, KeyMaterial Key, LoadedIndex Index)
{
    public WarmRepository Copy() => this with { Key = Key.Copy() };
}
