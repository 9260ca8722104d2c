using Holdfast.Engine;
using Holdfast.Engine.Copying;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>A copy of a directory in the making, among the captures and under the name of its claim.</summary>
internal static class WorkingCopy
{
    /// <summary>Copies into an empty directory there. One that fails is removed; a worker that is told to stop leaves it.</summary>
    /// <param name="tried">What the copy is for, where it cannot be written.</param>
    /// <param name="copying">Told of the copy before it begins.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Files"/>.</exception>
    public static CopyReport Fill(
        DirectoryHandle captures,
        byte[] working,
        DirectoryHandle source,
        string tried,
        Action<TreeCopy> copying,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Demand(captures.TryOpenDirectory(working, out DirectoryHandle? target), tried);
            using DirectoryPool to = DirectoryPool.Beneath(target!);
            Demand(source.TryOpenBeneath([], out DirectoryHandle? again), tried);
            using DirectoryPool from = DirectoryPool.Beneath(again!);
            TreeCopy copy = new(from, to);
            copying(copy);
            copy.Run(cancellationToken);
            return copy.Report;
        }
        catch (EngineError)
        {
            // Most often the disk is full, and this is what fills it.
            Clear(captures, working);
            throw;
        }
    }

    /// <summary>What stays is a leftover: a reap finds it, and says why it will not go.</summary>
    public static void Clear(DirectoryHandle captures, byte[] working)
    {
        if (captures.TryOpenBeneath([], out DirectoryHandle? again) == Errno.None)
        {
            using DirectoryPool pool = DirectoryPool.Beneath(again!, acrossSubvolumes: true);
            new TreeRemoval(pool, (_, _, _) => { }).Remove(
                pool.Root,
                new DirectoryEntry(working, FileType.Directory),
                CancellationToken.None
            );
        }
    }

    private static void Demand(Errno errno, string tried)
    {
        if (errno != Errno.None)
        {
            throw CopyErrors.ToWriteError(errno, tried);
        }
    }
}
