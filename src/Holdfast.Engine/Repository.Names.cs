using System.Buffers;
using Holdfast.Engine.Names;
using Holdfast.Engine.Storage;
using Holdfast.Objects;

namespace Holdfast.Engine;

public sealed partial class Repository
{
    /// <summary>
    /// Keeps the names in a snapshot beside it, sealed like everything here. restic does not know them, and nothing is lost with
    /// them: they are made of the trees. Where there are too many none are kept.
    /// </summary>
    /// <param name="tree">The directory of the snapshot whose names they are.</param>
    public async Task KeepNamesAsync(Id snapshot, Id tree, CancellationToken cancellationToken)
    {
        using MappedWriter written = new(NameIndex.LeastWritten);
        if (await NameIndex.TryWriteAsync(this, tree, written, NameIndex.MostBytes, cancellationToken))
        {
            ObjectName name = RepositoryStore.Name(ObjectKind.Names, snapshot);
            await Unpacked.SaveAsAsync(name, written.WrittenMemory, cancellationToken);
        }
    }

    /// <summary>Keeps the same names for another snapshot, of the same tree.</summary>
    /// <returns>False, and nothing is kept, when there are none for the first.</returns>
    public async Task<bool> CopyNamesAsync(Id from, Id to, CancellationToken cancellationToken)
    {
        try
        {
            using PooledBytes content = await Store.ReadAllAsync(
                RepositoryStore.Name(ObjectKind.Names, from),
                cancellationToken
            );
            await Store.PutAsync(
                RepositoryStore.Name(ObjectKind.Names, to),
                new ReadOnlySequence<byte>(content.Memory),
                cancellationToken
            );
            return true;
        }
        catch (EngineError error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return false;
        }
    }

    /// <returns>Null when they are not kept, or are those of another tree.</returns>
    public async Task<NameIndex?> FindNamesAsync(Id snapshot, Id tree, CancellationToken cancellationToken)
    {
        PooledBytes? stored = await Unpacked.TryLoadAsync(
            RepositoryStore.Name(ObjectKind.Names, snapshot),
            cancellationToken
        );
        if (stored is not { } content)
        {
            return null;
        }
        using (content)
        {
            return NameIndex.Of(tree, content.Span);
        }
    }

    /// <summary>Removes the names in snapshots that are gone.</summary>
    public async Task RemoveForgottenNamesAsync(CancellationToken cancellationToken)
    {
        // Before the snapshots: those that come meanwhile keep theirs.
        List<StoredObject> stored = await Store
            .ListAsync(ObjectKind.Names, cancellationToken)
            .ToListAsync(cancellationToken);
        if (stored.Count == 0)
        {
            return;
        }
        HashSet<Id> snapshots = await ListSnapshotIdsAsync(cancellationToken);
        await RequestEachAsync(
            stored.Where(one => !snapshots.Contains(one.Id)),
            async (one, token) => await Store.DeleteAsync(RepositoryStore.Name(ObjectKind.Names, one.Id), token),
            cancellationToken
        );
    }
}
