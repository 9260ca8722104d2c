using System.Net;
using System.Reflection;
using System.Text;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Api;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: counts over all projects, naming none. To this host only: beyond loopback
/// it is 404, for there is no token to ask for yet.
/// </summary>
internal static class Metrics
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly string Version = typeof(Metrics)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    public static void MapMetrics(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/metrics", (Delegate)AnswerAsync);

    internal static bool IsOpenTo(IPAddress? client) => client is not null && IPAddress.IsLoopback(client);

    private static async Task<IResult> AnswerAsync(HttpContext http)
    {
        if (!IsOpenTo(http.Connection.RemoteIpAddress))
        {
            return Results.NotFound();
        }
        ICatalog catalog = http.RequestServices.GetRequiredService<ICatalog>();
        (IReadOnlyList<BackupCount> backups, IReadOnlyList<OperationCount> operations) = await catalog.ReadAsync(
            async session => (await session.Backups.CountAsync(), await session.Operations.CountAsync()),
            http.RequestAborted
        );
        bool refused = http.RequestServices.GetRequiredService<Policy>().Problem is not null;
        return Results.Text(Format(backups, operations, refused), ContentType);
    }

    // Every label's value is a word of ours: nothing needs to be escaped.
    private static string Format(
        IReadOnlyList<BackupCount> backups,
        IReadOnlyList<OperationCount> operations,
        bool policyRefused
    )
    {
        StringBuilder text = new();
        Begin(text, "holdfast_build_info", "The version that runs.");
        text.Append($"holdfast_build_info{{version=\"{Version}\"}} 1\n");
        Begin(text, "holdfast_backups", "Backups in each status.");
        foreach (BackupCount one in backups)
        {
            text.Append($"holdfast_backups{{status=\"{one.Status}\"}} {one.Count}\n");
        }
        Begin(text, "holdfast_operations", "Operations, those that ended a while ago forgotten.");
        foreach (OperationCount one in operations)
        {
            text.Append($"holdfast_operations{{kind=\"{one.Kind}\",status=\"{one.Status}\"}} {one.Count}\n");
        }
        Begin(
            text,
            "holdfast_policy_errors",
            "1 while the policy files are broken, and the rules from before in force."
        );
        text.Append($"holdfast_policy_errors {(policyRefused ? 1 : 0)}\n");
        return text.ToString();
    }

    private static void Begin(StringBuilder text, string name, string help) =>
        text.Append($"# HELP {name} {help}\n# TYPE {name} gauge\n");
}
