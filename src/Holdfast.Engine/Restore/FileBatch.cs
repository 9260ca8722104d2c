using Holdfast.Engine.Files;

namespace Holdfast.Engine.Restore;

/// <summary>Restores the contents of many files at once: compares them, then fetches what differs, pack by pack,
/// and finishes the directories in which nothing else is to be done.</summary>
internal sealed class FileBatch(RestoreRun run)
{
    /// <summary>Files a worker takes at a time.</summary>
    private const int Portion = 64;

    private readonly FileWriter writer = new(run);

    public async Task RestoreAsync(List<FilePlan> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0)
        {
            return;
        }
        Piece[] pieces = await PrepareAsync(files, cancellationToken);
        await new BlobFetch(run.Repository, run.Options.Workers, () => new FilePieceWriter(writer, run.Pool)).RunAsync(
            pieces,
            cancellationToken
        );
        if (run.Options.Verify)
        {
            await VerifyAsync(files, cancellationToken);
        }
        await FinishDirectoriesAsync(files, cancellationToken);
    }

    private async Task<Piece[]> PrepareAsync(List<FilePlan> files, CancellationToken cancellationToken)
    {
        var all = new List<Piece>();
        await ForEachAsync(
            files,
            () => new FilePreparation(run, writer),
            (preparation, plan) => preparation.Prepare(plan),
            preparation =>
            {
                lock (all)
                {
                    all.AddRange(preparation.Pieces);
                }
            },
            cancellationToken
        );
        return [.. all];
    }

    private Task VerifyAsync(List<FilePlan> files, CancellationToken cancellationToken) =>
        ForEachAsync(
            files,
            () => new FilePreparation(run, writer),
            (preparation, plan) => preparation.Verify(plan),
            _ => { },
            cancellationToken
        );

    private Task FinishDirectoriesAsync(List<FilePlan> files, CancellationToken cancellationToken) =>
        ForEachAsync(
            files,
            () => new DirectoryCursor(run.Pool),
            (cursor, plan) => new DirectoryFinish(run, cursor).LetGo(plan.Parent),
            _ => { },
            cancellationToken
        );

    private async Task ForEachAsync<T>(
        List<FilePlan> files,
        Func<T> begin,
        Action<T, FilePlan> body,
        Action<T> end,
        CancellationToken cancellationToken
    )
        where T : IDisposable
    {
        int taken = 0;
        await run.WorkAsync(
            token =>
            {
                using T own = begin();
                int first;
                while ((first = Interlocked.Add(ref taken, Portion) - Portion) < files.Count)
                {
                    token.ThrowIfCancellationRequested();
                    foreach (FilePlan plan in files.GetRange(first, Math.Min(Portion, files.Count - first)))
                    {
                        body(own, plan);
                    }
                }
                end(own);
                return Task.CompletedTask;
            },
            cancellationToken
        );
    }
}
