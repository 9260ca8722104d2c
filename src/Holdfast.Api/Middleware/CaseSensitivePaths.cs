using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Holdfast.Api.Middleware;

/// <summary>
/// OpenStack's paths are what they are letter by letter, where the framework takes <c>Shares</c> for <c>shares</c>: a
/// route whose fixed parts differ from the path in case is no candidate, and one that takes the part as an id may be.
/// </summary>
internal sealed class CaseSensitivePaths : MatcherPolicy, IEndpointSelectorPolicy
{
    // Before the framework's own choices, which look at what is left.
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        endpoints.Any(endpoint => endpoint is RouteEndpoint);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        string path = httpContext.Request.Path.Value ?? "";
        for (int i = 0; i < candidates.Count; i++)
        {
            if (
                candidates.IsValidCandidate(i)
                && candidates[i].Endpoint is RouteEndpoint route
                && !Agrees(route.RoutePattern, path)
            )
            {
                candidates.SetValidity(i, false);
            }
        }
        return Task.CompletedTask;
    }

    private static bool Agrees(RoutePattern pattern, ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> rest = path.TrimStart('/');
        foreach (RoutePatternPathSegment segment in pattern.PathSegments)
        {
            int slash = rest.IndexOf('/');
            ReadOnlySpan<char> part = slash < 0 ? rest : rest[..slash];
            if (segment.Parts is [RoutePatternLiteralPart literal] && !part.SequenceEqual(literal.Content))
            {
                return false;
            }
            rest = rest[Math.Min(part.Length + 1, rest.Length)..];
        }
        return true;
    }
}
