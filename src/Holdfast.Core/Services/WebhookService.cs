using System.Security.Cryptography;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Keys;
using Holdfast.Core.Model;
using Holdfast.Core.Operations;
using Holdfast.Core.Webhooks;

namespace Holdfast.Core.Services;

/// <param name="Events">Of <see cref="WebhookEvent"/>; none: all of them.</param>
/// <param name="AllProjects">Those of every project; administrators only.</param>
public sealed record NewWebhook(string Url, IReadOnlyList<string> Events, bool AllProjects);

/// <summary>Which fields to change; null leaves them.</summary>
public sealed record WebhookChange(string? Url, IReadOnlyList<string>? Events, bool? Enabled);

/// <summary>Filters of the list, all exact; null does not filter.</summary>
public sealed record WebhookQuery
{
    /// <summary>Administrators only; refused to others.</summary>
    public bool AllProjects { get; init; }

    /// <summary>At least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Only what stands behind this webhook in the list, whether or not it is still there.</summary>
    public (DateTimeOffset CreatedAt, string Id)? After { get; init; }
}

/// <summary>The use cases of webhooks. Each change is in the audit trail.</summary>
public sealed class WebhookService(
    ICatalog catalog,
    Policy policy,
    IMasterKey masterKey,
    WebhookTargets targets,
    TimeProvider time
)
{
    /// <summary>Characters.</summary>
    public const int LongestUrl = 2000;

    /// <summary>What Standard Webhooks recommends: 24 to 64 bytes.</summary>
    private const int SecretSize = 32;

    /// <summary>Newest first.</summary>
    public async Task<RowList<Webhook>> ListAsync(
        Caller caller,
        WebhookQuery query,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "webhook:get_all");
        if (query.AllProjects)
        {
            Require(caller, "webhook:get_all_project");
        }
        WebhookFilter filter = new() { ProjectId = query.AllProjects ? null : caller.ProjectId };
        RowOrder<Webhook> order = new(
            new SortColumn<Webhook>("created_at", row => row.CreatedAt),
            Descending: true,
            query.After is var (createdAt, id) ? new RowPlace(createdAt, id) : null
        );
        return await catalog.ReadAsync(
            session => order.PageAsync(query.Limit, page => session.Webhooks.ListAsync(filter, page)),
            cancellationToken
        );
    }

    public Task<Webhook> GetAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "webhook:get");
        return catalog.ReadAsync(session => FindAsync(session, caller, id), cancellationToken);
    }

    /// <returns>The webhook, and the secret that its target checks signatures with, which is shown this once.</returns>
    public async Task<(Webhook Made, string Secret)> CreateAsync(
        Caller caller,
        NewWebhook request,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "webhook:create");
        if (request.AllProjects)
        {
            Require(caller, "webhook:all_projects");
        }
        CheckEvents(request.Events);
        byte[] secret = RandomNumberGenerator.GetBytes(SecretSize);
        bool anyHost = CheckUrl(caller, request.Url);
        Webhook made = await catalog.WriteAsync(
            async session =>
            {
                await masterKey.RequireCurrentAsync(session);
                DateTimeOffset now = time.Now();
                Webhook webhook = new()
                {
                    Id = Guid.NewGuid().ToString(),
                    ProjectId = request.AllProjects ? null : caller.ProjectId,
                    UserId = caller.UserId,
                    Url = request.Url,
                    Events = List(request.Events),
                    Enabled = true,
                    AnyHost = anyHost,
                    SealedSecret = masterKey.Seal(secret),
                    CreatedAt = now,
                };
                if (await session.Webhooks.CountOfProjectAsync(webhook.ProjectId) >= Webhook.MostOfProject)
                {
                    throw ServiceError.Conflict(
                        $"There can be {Webhook.MostOfProject} webhooks, and they are there: remove one first."
                    );
                }
                await session.Webhooks.AddAsync(webhook);
                await session.NoteAsync(AuditAction.CreateWebhook, webhook, caller, now);
                return webhook;
            },
            cancellationToken
        );
        return (made, WebhookPost.SecretPrefix + Convert.ToBase64String(secret));
    }

    public Task<Webhook> UpdateAsync(
        Caller caller,
        string id,
        WebhookChange change,
        CancellationToken cancellationToken
    )
    {
        Require(caller, "webhook:update");
        CheckEvents(change.Events ?? []);
        bool? anyHost = change.Url is null ? null : CheckUrl(caller, change.Url);
        return catalog.WriteAsync(
            async session =>
            {
                DateTimeOffset now = time.Now();
                Webhook webhook = await FindAsync(session, caller, id);
                Webhook changed = webhook with
                {
                    Url = change.Url ?? webhook.Url,
                    AnyHost = anyHost ?? webhook.AnyHost,
                    Events = change.Events is null ? webhook.Events : List(change.Events),
                    Enabled = change.Enabled ?? webhook.Enabled,
                    Failures = 0,
                    NotBefore = null,
                    UpdatedAt = now,
                };
                await session.Webhooks.SetAsync(changed);
                await session.NoteAsync(AuditAction.ChangeWebhook, changed, caller, now);
                return changed;
            },
            cancellationToken
        );
    }

    /// <summary>Sends an event that says nothing, whether or not it wants it.</summary>
    public Task<Webhook> TestAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "webhook:update");
        return catalog.WriteAsync(
            async session =>
            {
                Webhook webhook = await FindAsync(session, caller, id);
                if (!webhook.Enabled)
                {
                    throw ServiceError.Conflict($"Webhook {id} is not enabled: nothing is sent to it.");
                }
                await session.AnnounceTestAsync(webhook, time.Now());
                return webhook;
            },
            cancellationToken
        );
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        Require(caller, "webhook:delete");
        return catalog.WriteAsync(
            async session =>
            {
                Webhook webhook = await FindAsync(session, caller, id);
                await session.Webhooks.RemoveAsync(id);
                await session.NoteAsync(AuditAction.RemoveWebhook, webhook, caller, time.Now());
            },
            cancellationToken
        );
    }

    /// <summary>For calls that must refuse before they read the body.</summary>
    public void Require(Caller caller, string rule) => policy.Require(caller, rule);

    /// <returns>Whether the caller may name any host.</returns>
    private bool CheckUrl(Caller caller, string text)
    {
        if (
            text.Length > LongestUrl
            || !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || url.Scheme is not ("https" or "http")
            || url.IdnHost.Length == 0
        )
        {
            throw ServiceError.Invalid(
                $"'url' must be an address such as https://hooks.example.org/holdfast, of {LongestUrl} characters at most."
            );
        }
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw ServiceError.Invalid("'url' must have neither a user nor a fragment.");
        }
        bool anyHost = policy.Allows(caller, "webhook:any_host");
        return anyHost || targets.IsListed(url)
            ? anyHost
            : throw ServiceError.Forbidden(
                $"The host '{url.IdnHost}' is not on this service's list of webhook hosts: an administrator adds it to "
                    + "HOLDFAST_WEBHOOKS__HOSTS, or makes the webhook."
            );
    }

    private static TextList List(IReadOnlyList<string> events) => new([.. events.Distinct(StringComparer.Ordinal)]);

    private static void CheckEvents(IReadOnlyList<string> events)
    {
        if (events.FirstOrDefault(one => !WebhookEvent.All.Contains(one)) is { } unknown)
        {
            throw ServiceError.Invalid(
                $"'events' has '{Texts.Start(unknown, 50)}'; there are {string.Join(", ", WebhookEvent.All)}."
            );
        }
    }

    private static async Task<Webhook> FindAsync(ICatalogSession session, Caller caller, string id) =>
        await session.Webhooks.FindAsync(id) is { } webhook && (caller.IsAdmin || webhook.ProjectId == caller.ProjectId)
            ? webhook
            : throw ServiceError.NotFound($"Webhook {id} could not be found.");
}
