using Holdfast.Engine.Packs;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>Every pack in the store, referenced or not.</summary>
    internal IAsyncEnumerable<StoredObject> ListPacksAsync(CancellationToken cancellationToken) =>
        Store.ListAsync(ObjectKind.Pack, cancellationToken);

    internal Task DeletePackAsync(Id pack, CancellationToken cancellationToken) =>
        Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Pack, pack), cancellationToken);

    /// <summary>Reads the whole pack and compares everything in it with what the index lists.</summary>
    /// <returns>What is wrong, a sentence each; empty when all is well.</returns>
    /// <param name="listed">What the index lists.</param>
    /// <param name="size">The pack's length in the store.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.NotFound"/>: there is no such pack.</exception>
    internal async Task<PackVerdict> VerifyPackAsync(PackContent listed, long size, CancellationToken cancellationToken)
    {
        ObjectName name = RepositoryStore.Name(ObjectKind.Pack, listed.Pack);
        using PooledBytes content = await Store.ReadAllAsync(name, size, cancellationToken);
        return PackCheck.Run(listed, content.Writable.Span, Sealer);
    }
}
