using Holdfast.Core.Model;

namespace Holdfast.Core.Sources;

/// <summary>
/// The way that always works: the directory itself, which tenants go on writing to. The engine reads a file again that
/// changed under it, and records those that would not hold still.
/// </summary>
public sealed class LiveCapture(ShareRoots roots) : ISourceCapture
{
    public bool CanCapture(Share share) => true;

    public Task<Capture> CaptureAsync(Share share, Operation claimed, CancellationToken cancellationToken) =>
        Task.FromResult(new Capture(roots.OpenShare(share), Capture.Live));
}
