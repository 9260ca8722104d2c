namespace Holdfast.Engine;

/// <summary>A held lock file of a repository. Disposing removes it.</summary>
public sealed class RepositoryLock : IAsyncDisposable
{
    public CancellationToken Lost => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
