using System.Collections.Concurrent;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;

namespace Holdfast.Core.Access;

/// <summary>
/// Local identity's answer to whose tokens a request may carry. What was found valid is remembered for as long as the
/// identity rows stand as they were then: any change to them forgets everything, so a revoked token, a removed role or a
/// disabled project is refused with the next request to this node, and within a second on others.
/// </summary>
public sealed class LocalTokenValidator(LocalTokens tokens, IdentityCatalog catalog, TimeProvider time)
    : ITokenValidator
{
    // A token and its roles take about 1 KiB.
    private const int Capacity = 4096;

    private sealed record Remembered(long Generation, ValidToken Token);

    private readonly ConcurrentDictionary<string, Remembered> remembered = new(StringComparer.Ordinal);

    public async Task<ValidToken?> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        // Read before the rows are: a change in between then makes what is remembered stale, never fresh.
        long generation = await catalog.GenerationAsync(cancellationToken);
        if (remembered.TryGetValue(token, out Remembered? hit) && hit.Generation == generation)
        {
            return hit.Token.ExpiresAt > time.GetUtcNow() ? hit.Token : null;
        }
        if (await tokens.CheckAsync(token, cancellationToken) is not { } found)
        {
            remembered.TryRemove(token, out _);
            return null;
        }
        // Rules ask for roles without regard to case.
        IReadOnlySet<string> roles = found
            .Roles.Select(role => role.ToLowerInvariant())
            .ToHashSet(StringComparer.Ordinal);
        ValidToken valid = new(found.User.Id, found.Project?.Id, roles, found.Claims.ExpiresAt)
        {
            UserDomainId = DefaultDomain.Id,
            ProjectDomainId = found.Project is null ? null : DefaultDomain.Id,
        };
        if (remembered.Count >= Capacity)
        {
            remembered.Clear();
        }
        remembered[token] = new Remembered(generation, valid);
        return valid;
    }
}
