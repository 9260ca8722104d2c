using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Services;

/// <summary>What a hold forbids.</summary>
internal static class HoldRules
{
    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Conflict"/>: the backup must stay.</exception>
    public static async Task RequireNoneAsync(ICatalogSession session, Backup backup, DateTimeOffset now)
    {
        foreach (Hold hold in await session.Holds.OfBackupAsync(backup.Id))
        {
            if (hold.Holds(now))
            {
                throw ServiceError.Conflict(
                    $"Backup {backup.Id} is held {Until(hold)} and cannot be deleted; hold {hold.Id} has to be lifted first."
                );
            }
        }
    }

    public static string Until(Hold hold) =>
        hold.ExpiresAt is { } end ? $"until {end.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : "until it is lifted";
}
