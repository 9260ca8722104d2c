using Holdfast.Core.Catalog;
using Holdfast.Core.Operations;

namespace Holdfast.Core.Services;

internal static class CatalogChange
{
    /// <summary>One transaction, after which the workers look at once for what it has queued.</summary>
    public static async Task<T> ChangeAsync<T>(
        this ICatalog catalog,
        WakeSignal wake,
        Func<ICatalogSession, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        T result = await catalog.WriteAsync(work, cancellationToken);
        wake.Wake();
        return result;
    }
}
