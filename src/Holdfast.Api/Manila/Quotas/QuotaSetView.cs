using System.Text.Json;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>Limits on the wire; which there are depends on the microversion.</summary>
internal static class QuotaSetView
{
    public static void Show(Utf8JsonWriter writer, QuotaSet set, ManilaRequest request) =>
        Write(writer, set.Scope.ProjectId, Keys(set, request), key => writer.WriteNumberValue(set.Quotas[key].Limit));

    /// <summary>As Manila has it: without the id.</summary>
    public static void Updated(Utf8JsonWriter writer, QuotaSet set, ManilaRequest request) =>
        Write(writer, null, Keys(set, request), key => writer.WriteNumberValue(set.Quotas[key].Limit));

    public static void Detail(Utf8JsonWriter writer, QuotaSet set, ManilaRequest request) =>
        Write(
            writer,
            set.Scope.ProjectId,
            Keys(set, request),
            key =>
            {
                Quota quota = set.Quotas[key];
                writer.WriteStartObject();
                writer.WriteNumber("in_use", quota.InUse);
                writer.WriteNumber("limit", quota.Limit);
                // What is being made is in use from the start.
                writer.WriteNumber("reserved", 0);
                writer.WriteEndObject();
            }
        );

    /// <param name="set">Limits without a use, and the id that they are shown under, if any.</param>
    public static void Limits(
        Utf8JsonWriter writer,
        (string? Id, IReadOnlyDictionary<string, int> Limits) set,
        ManilaRequest request
    ) => Write(writer, set.Id, QuotaKeys.At(request.Version), key => writer.WriteNumberValue(set.Limits[key]));

    private static IEnumerable<QuotaKey> Keys(QuotaSet set, ManilaRequest request) =>
        QuotaKeys.At(request.Version).Where(key => set.Scope.ShareTypeId is null || key.OfShareTypes);

    private static void Write(Utf8JsonWriter writer, string? id, IEnumerable<QuotaKey> keys, Action<string> value)
    {
        writer.WriteStartObject();
        if (id is not null)
        {
            writer.WriteString("id", id);
        }
        foreach (QuotaKey key in keys)
        {
            writer.WritePropertyName(key.Name);
            value(key.Name);
        }
        writer.WriteEndObject();
    }
}
