using Holdfast.Core.Model;
using Holdfast.Engine.Files;

namespace Holdfast.Core.Sources;

/// <summary>A source that may be read. Disposing releases it; what a crash keeps from that, <see cref="Captures.RemoveLeftoversAsync"/> does.</summary>
/// <param name="Directory">To be read; owned by the capture.</param>
/// <param name="How">What the backup says of it: <c>snapshot</c> or <c>live</c>.</param>
public sealed record Capture(DirectoryHandle Directory, string How, Func<ValueTask>? Release = null) : IAsyncDisposable
{
    public const string Snapshot = "snapshot";
    public const string Live = "live";

    /// <summary>Whether nothing in it changes while it is read.</summary>
    public bool IsStill => How == Snapshot;

    public async ValueTask DisposeAsync()
    {
        Directory.Dispose();
        if (Release is not null)
        {
            await Release();
        }
    }
}

/// <summary>
/// A way to hold a share's directory still while it is read. Captures bear the operation and epoch in their name, so that
/// a capture belongs to one claim.
/// </summary>
public interface ISourceCapture
{
    /// <summary>Whether this way works for the share's directory where it lies now.</summary>
    bool CanCapture(Share share);

    /// <exception cref="Engine.EngineError">The directory cannot be opened or captured.</exception>
    Task<Capture> CaptureAsync(Share share, Operation claimed, CancellationToken cancellationToken);
}
