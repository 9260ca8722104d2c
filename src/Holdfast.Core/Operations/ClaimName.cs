using System.Globalization;
using Holdfast.Core.Model;

namespace Holdfast.Core.Operations;

/// <summary>What a claim signs with whatever it leaves outside the catalog: <c>operation.epoch</c>.</summary>
public static class ClaimName
{
    public static string Of(Operation claimed) => $"{claimed.Id}.{claimed.Epoch}";

    public static bool TryParse(string name, out string operation, out long epoch)
    {
        int dot = name.LastIndexOf('.');
        operation = dot > 0 ? name[..dot] : "";
        epoch = 0;
        return Guid.TryParseExact(operation, "D", out _)
            && long.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
    }
}
