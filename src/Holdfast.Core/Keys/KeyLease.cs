using Holdfast.Core.Catalog;
using Holdfast.Core.Services;

namespace Holdfast.Core.Keys;

/// <summary>
/// Under which one process at a time changes or destroys a project's key. It is kept before each step that cannot be taken
/// back: a process that was suspended for long finds that another has ended its work.
/// </summary>
internal sealed class KeyLease(ICatalog catalog, MasterKey master, TimeProvider time, string project)
{
    // Longer than any store takes for a handful of small objects.
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    private readonly string name = Keyring.ChangeLease + project;
    private readonly string holder = Guid.NewGuid().ToString();

    /// <summary>To be called in the transaction that says what is to be done.</summary>
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Conflict"/>: another has it, or the master key was changed.</exception>
    public async Task TakeAsync(ICatalogSession session)
    {
        if (!await session.Leases.TryTakeAsync(name, holder, time.Now(), Span))
        {
            throw ServiceError.Conflict(
                $"The key of project {project} is being changed or destroyed already, or whoever was at it has died. Try again in five minutes."
            );
        }
        await master.RequireCurrentAsync(session);
    }

    /// <summary>Renews it.</summary>
    /// <exception cref="ServiceError">
    /// <see cref="ServiceErrorKind.Conflict"/>: it ran out and another took it, or the master key was changed.
    /// </exception>
    public Task KeepAsync(CancellationToken cancellationToken) =>
        catalog.WriteAsync(
            async session =>
            {
                if (await session.Leases.HolderAsync(name) != holder)
                {
                    throw ServiceError.Conflict(
                        $"This process stood still, and another has taken over the key of project {project}. "
                            + "Nothing more was changed; run the same again if it is still wanted."
                    );
                }
                await TakeAsync(session);
            },
            cancellationToken
        );

    public Task ReleaseAsync() =>
        catalog.WriteAsync(session => session.Leases.ReleaseAsync(name, holder), CancellationToken.None);
}
