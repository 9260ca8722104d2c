using System.Threading.Channels;
using Holdfast.Engine.Packs;
using Holdfast.Engine.Trees;

namespace Holdfast.Engine.Restore;

/// <summary>
/// Goes through the backup's directories and the target's side by side, several at once, and hands on the files in
/// batches. Without recursion, for depth is the tenant's choice.
/// </summary>
internal sealed class TargetWalk(
    RestoreRun run,
    TreeBlobs trees,
    ChannelWriter<List<FilePlan>> batches,
    HardLinks hardLinks
)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Node? node = run.Source.Directory;
        node = node is not null && run.Options.DropPrivileges ? PrivilegeFilter.Apply(node, run.Tally) : node;
        var root = PendingDirectory.Root(run.Pool.Root, node, run.Source.Tree, run.Source.Only);
        using var pending = new PendingDirectories(trees, root, run.Options.Workers);
        using var files = new FileBatches(batches);
        var shared = new VisitShared(run, trees, files, hardLinks, new SpecialNodes(run));
        await run.WorkAsync(
            async token =>
            {
                using var visit = new DirectoryVisit(shared);
                while (await pending.PopAsync(token) is { } directory)
                {
                    token.ThrowIfCancellationRequested();
                    pending.Visited(await visit.RunAsync(directory, token));
                }
            },
            cancellationToken
        );
        await files.FlushAsync(cancellationToken);
    }
}
