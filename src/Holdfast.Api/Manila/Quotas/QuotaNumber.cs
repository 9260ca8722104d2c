using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Holdfast.Api.Manila.Quotas;

/// <summary>A limit in a body: a whole number, or its text.</summary>
internal static class QuotaNumber
{
    /// <returns>Null when it is none; what is beyond every range is as far as can be said.</returns>
    public static long? Read(JsonElement value)
    {
        string? text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        // No limit needs more digits, and numbers of any length cost time.
        return
            text is { Length: <= 40 }
            && BigInteger.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture,
                out BigInteger number
            )
            ? (long)BigInteger.Clamp(number, long.MinValue, long.MaxValue)
            : null;
    }

    /// <summary>How a refusal names it.</summary>
    public static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
