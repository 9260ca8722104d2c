using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// What a form of ours carries so that it is known for one: an HMAC-SHA256 by the session's token. Whoever cannot read our
/// pages cannot make it, and it tells nothing of the token.
/// </summary>
internal static class FormToken
{
    public const string FieldName = "form_token";

    public static string Of(string token) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "holdfast dashboard form"u8));

    public static bool Holds(string token, string? shown) =>
        shown is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Of(token)), Encoding.UTF8.GetBytes(shown));
}
