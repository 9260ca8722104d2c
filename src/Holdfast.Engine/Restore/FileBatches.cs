using System.Threading.Channels;

namespace Holdfast.Engine.Restore;

/// <summary>Gathers the files that visits find into batches, and hands those on. Safe for many threads.</summary>
internal sealed class FileBatches(ChannelWriter<List<FilePlan>> batches) : IDisposable
{
    // Held while a batch waits for its turn, so that nobody fills the next one meanwhile: plans are memory.
    private readonly SemaphoreSlim gate = new(1);
    private readonly FilePortion portion = new();

    public async Task AddAsync(List<FilePlan> files, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            foreach (FilePlan file in files)
            {
                portion.Add(file);
                if (portion.IsFull)
                {
                    await FlushAsync(cancellationToken);
                }
            }
        }
        finally
        {
            _ = gate.Release();
        }
    }

    /// <summary>Hands on what no batch was full of. Call once, when nobody adds any more.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken) =>
        await batches.WriteAsync(portion.Take(), cancellationToken);

    public void Dispose() => gate.Dispose();
}
