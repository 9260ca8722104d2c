using Holdfast.Engine.Files;
using Holdfast.Engine.Trees;

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

    /// <summary>For tests: called with the name of what exists between opening it and asking what it is.</summary>
    public Action<byte[]>? AfterOpen { get; init; }

    /// <summary>
    /// The rule by which a backup calls a file unchanged. The change time is the kernel's: no owner of a file sets it.
    /// </summary>
    public bool IsUnchanged(Node node, in FileStatus status) =>
        TakesUnchanged
        && status.Type == FileType.Regular
        && status.Inode == node.Inode
        && (status.Device == node.DeviceId || (node.DeviceId == 0 && Options.OverSource))
        && (ulong)status.Size == node.Size
        && status.ModifyTime == node.ModifyTime
        && status.ChangeTime == node.ChangeTime
        && status.ChangeTime.Seconds < Source.Time.ToUnixTimeSeconds();

    /// <summary>Whether any file is taken for unchanged.</summary>
    public bool TakesUnchanged => !Options.ReadUnchanged && !Options.DropPrivileges;

    /// <inheritdoc cref="WorkerLoops.RunAsync"/>
    public Task WorkAsync(Func<CancellationToken, Task> loop, CancellationToken cancellationToken) =>
        WorkerLoops.RunAsync(Options.Workers, loop, cancellationToken);
}
