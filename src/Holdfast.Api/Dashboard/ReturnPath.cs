using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Api.Dashboard;

/// <summary>Where somebody is led once they are signed in: to a page of the dashboard, whatever the address says.</summary>
internal static class ReturnPath
{
    public const string Home = DashboardRoutes.Base;

    private const int Longest = 4096;

    /// <summary>The page that was asked for.</summary>
    public static string Of(HttpContext http) => Of(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    /// <returns>The text, where it is the path of a page of ours; else the first page's.</returns>
    public static string Of(string? text) =>
        text is { Length: <= Longest }
        && (
            text == Home
            || text.StartsWith(Home + "/", StringComparison.Ordinal)
            || text.StartsWith(Home + "?", StringComparison.Ordinal)
        )
        && !text.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !text.Contains('\\', StringComparison.Ordinal)
            ? text
            : Home;
}
