using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>What the parts of one restore share.</summary>
internal sealed record RestoreRun(
    Repository Repository,
    RestoreSource Source,
    RestoreOptions Options,
    DirectoryPool Pool,
    RestoreTally Tally
)
{
    /// <summary>For tests: called with the name of what has no content between making it and taking hold of it.</summary>
    public Action<byte[]>? BeforePin { get; init; }

    /// <inheritdoc cref="WorkerLoops.RunAsync"/>
    public Task WorkAsync(Func<CancellationToken, Task> loop, CancellationToken cancellationToken) =>
        WorkerLoops.RunAsync(Options.Workers, loop, cancellationToken);
}
