using Holdfast.Api;
using Holdfast.Core;
using Holdfast.Core.Catalog;
using Holdfast.Engine;
using Microsoft.Extensions.Logging;

namespace Holdfast.Hosting;

/// <summary>Ready once the roles run, until the node is told to stop, for as long as catalog and store answer.</summary>
internal sealed class Readiness(ICatalog catalog, Repositories repositories, ILogger<Readiness> log) : IReadiness
{
    private Task? roles;
    private CancellationToken stopping;

    public void Watch(Task running, CancellationToken stop)
    {
        stopping = stop;
        roles = running;
    }

    public async Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken)
    {
        if (stopping.IsCancellationRequested)
        {
            return "The node is stopping.";
        }
        if (roles is null or { IsCompleted: true })
        {
            return roles is null ? "The node is starting." : "The node's roles have ended.";
        }
        try
        {
            await catalog.ReadAsync(session => session.ShareTypes.FindDefaultAsync(), cancellationToken);
            await repositories.ProbeAsync(cancellationToken);
            return null;
        }
        catch (ServiceError error)
        {
            return error.Message;
        }
        catch (EngineError error)
        {
            // Whoever asks has shown no token, and the message may name paths of the host.
            log.StoreFailed(error.Message);
            return "The store does not answer; try again.";
        }
    }
}
