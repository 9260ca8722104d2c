using System.Text.Json;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>Limits by class; the class <c>default</c> is every project's that has none of its own.</summary>
internal static class QuotaClassSetEndpoints
{
    private static readonly Microversion Renamed = new(2, 7);
    private static readonly Microversion BeforeRenamed = new(2, 6);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("quota-class-sets/{id}", Renamed).On("GET", ShowAsync).On("PUT", UpdateAsync),
        new ManilaResource("os-quota-class-sets/{id}")
            .On("GET", ShowAsync, until: BeforeRenamed)
            .On("PUT", UpdateAsync, until: BeforeRenamed),
    ];

    private static async Task ShowAsync(ManilaRequest request)
    {
        IReadOnlyDictionary<string, int> limits = await request
            .Service<QuotaService>()
            .GetClassAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(200, "quota_class_set", (request.Id, limits), QuotaSetView.Limits);
    }

    private static async Task UpdateAsync(ManilaRequest request)
    {
        QuotaService quotas = request.Service<QuotaService>();
        quotas.Require(request.Caller, "quota_class_set:update");
        JsonElement body = request.Resource(
            "quota_class_set",
            () => Fault.BadRequest("'quota_class_set' is a required property, and must be an object.")
        );
        Dictionary<string, long> given = new(StringComparer.Ordinal);
        // Names that are no resource's are let be, as in Manila.
        foreach (JsonProperty member in body.EnumerateObject().Where(member => QuotaKeys.Find(member.Name) is not null))
        {
            string shown = QuotaNumber.Shown(member.Value);
            given[member.Name] =
                QuotaNumber.Read(member.Value)
                ?? throw Fault.BadRequest(
                    $"Invalid input for field/attribute {member.Name}. Value: {shown}. '{shown}' is not of type 'integer'"
                );
        }
        IReadOnlyDictionary<string, int> limits = await quotas.UpdateClassAsync(
            request.Caller,
            request.Id,
            given,
            request.Aborted
        );
        await request.ReplyAsync(200, "quota_class_set", ((string?)null, limits), QuotaSetView.Limits);
    }
}
