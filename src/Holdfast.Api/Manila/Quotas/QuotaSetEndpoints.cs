using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>A project's limits, and with <c>user_id</c> or <c>share_type</c> in the query those of a part of it.</summary>
internal static class QuotaSetEndpoints
{
    private const string NothingToUpdate = "Must supply at least one quota field to update.";

    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);
    private static readonly Microversion WithDetail = new(2, 25);
    private static readonly Microversion WithShareTypes = new(2, 39);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("quota-sets/{id}", Renamed)
            .On("GET", ShowAsync)
            .On("PUT", UpdateAsync)
            .On("DELETE", DeleteAsync),
        new ManilaResource("quota-sets/{id}/detail", WithDetail).On("GET", DetailAsync),
        new ManilaResource("quota-sets/{id}/defaults", Renamed).On("GET", DefaultsAsync),
        new ManilaResource("os-quota-sets/{id}")
            .On("GET", ShowAsync, until: BeforeRenamed)
            .On("PUT", UpdateAsync, until: BeforeRenamed)
            .On("DELETE", DeleteAsync, until: BeforeRenamed),
        new ManilaResource("os-quota-sets/{id}/defaults").On("GET", DefaultsAsync, until: BeforeRenamed),
    ];

    private static async Task ShowAsync(ManilaRequest request) =>
        await request.ReplyAsync(200, "quota_set", await GetAsync(request), QuotaSetView.Show);

    private static async Task DetailAsync(ManilaRequest request) =>
        await request.ReplyAsync(200, "quota_set", await GetAsync(request), QuotaSetView.Detail);

    private static async Task DefaultsAsync(ManilaRequest request)
    {
        IReadOnlyDictionary<string, int> limits = await request
            .Service<QuotaService>()
            .DefaultsAsync(request.Caller, request.Aborted);
        await request.ReplyAsync(200, "quota_set", (request.Id, limits), QuotaSetView.Limits);
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        QuotaService quotas = request.Service<QuotaService>();
        quotas.Require(request.Caller, "quota_set:update");
        QuotaTarget target = Target(request);
        JsonElement body = request.Resource("quota_set", () => Fault.BadRequest(NothingToUpdate));
        (Dictionary<string, long> limits, bool force) = Read(
            body,
            request.Version,
            !string.IsNullOrEmpty(target.ShareType)
        );
        QuotaSet set = await quotas.UpdateAsync(request.Caller, target, limits, force, request.Aborted);
        await request.ReplyAsync(200, "quota_set", set, QuotaSetView.Updated);
    }

    private static async Task DeleteAsync(ManilaRequest request)
    {
        QuotaService quotas = request.Service<QuotaService>();
        quotas.Require(request.Caller, "quota_set:delete");
        await quotas.DeleteAsync(request.Caller, Target(request), request.Aborted);
        await request.AcceptedAsync();
    }

    private static Task<QuotaSet> GetAsync(ManilaRequest request)
    {
        QuotaService quotas = request.Service<QuotaService>();
        quotas.Require(request.Caller, "quota_set:show");
        return quotas.GetAsync(request.Caller, Target(request), request.Aborted);
    }

    private static QuotaTarget Target(ManilaRequest request)
    {
        string? type = request.Query["share_type"];
        return string.IsNullOrEmpty(type) || request.Version >= WithShareTypes
            ? new QuotaTarget(request.Id, request.Query["user_id"], type)
            : throw TooEarly("share_type", WithShareTypes.Minor);
    }

    /// <summary>The limits to set; a null sets none.</summary>
    private static (Dictionary<string, long> Limits, bool Force) Read(
        JsonElement body,
        Microversion version,
        bool ofShareType
    )
    {
        Dictionary<string, long> limits = new(StringComparer.Ordinal);
        List<string> bad = [];
        bool force = false;
        foreach (JsonProperty member in body.EnumerateObject())
        {
            if (member.Name == "force")
            {
                force = Truth.Of(QuotaNumber.Shown(member.Value));
            }
            else if (QuotaKeys.Find(member.Name) is not { } key)
            {
                bad.AddRange(member.Name is "tenant_id" or "id" or "share_type" ? [] : [member.Name]);
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                limits[key.Name] = Limit(key, member.Value, version, ofShareType);
            }
        }
        if (bad.Count > 0)
        {
            throw Fault.BadRequest($"Bad key(s) {string.Join(',', bad)} in quota_set.");
        }
        return limits.Count == 0 ? throw Fault.BadRequest(NothingToUpdate) : (limits, force);
    }

    private static long Limit(QuotaKey key, JsonElement value, Microversion version, bool ofShareType)
    {
        if (version.Minor < key.Minor)
        {
            throw TooEarly(key.Name, key.Minor);
        }
        if (ofShareType && !key.OfShareTypes)
        {
            throw Fault.BadRequest(
                key.Name == QuotaResource.ShareNetworks
                    ? "'share_networks' quota cannot be set for share type. It can be set only for project or user."
                    : "Share type quotas cannot constrain share groups and share group snapshots."
            );
        }
        return QuotaNumber.Read(value)
            ?? throw Fault.BadRequest($"Quota '{QuotaNumber.Shown(value)}' for {key.Name} should be integer.");
    }

    private static Fault TooEarly(string key, int minor) =>
        Fault.BadRequest(
            $"'{key}' key is not supported by this microversion. Use 2.{minor} or greater microversion to be able to "
                + $"use '{key}' quotas."
        );
}
