using Holdfast.Core.Model;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Workers;

/// <summary>Puts chosen paths of a backup back: a restore as any other, of a part.</summary>
public sealed class RestoreFiles(RestoreBackup restore) : IOperationHandler
{
    public string Kind => OperationKind.RestoreFiles;

    public Task RunAsync(ClaimedOperation claimed, CancellationToken cancellationToken) =>
        restore.RunAsync(claimed, cancellationToken);
}
