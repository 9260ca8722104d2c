using Holdfast.Core.Model;

namespace Holdfast.Api.Identity;

/// <summary>Everything is in the one domain, and beneath it directly: a request may say so, but not otherwise.</summary>
internal static class Placement
{
    public static void Check(IdentityBody body)
    {
        foreach (string member in (ReadOnlySpan<string>)["domain_id", "parent_id"])
        {
            if (body.OptionalText(member) is { } id and not DefaultDomain.Id)
            {
                throw IdentityError.BadRequest($"'{member}' can only be '{DefaultDomain.Id}', not '{id}'.");
            }
        }
    }

    /// <summary>Whether the query asks for what is elsewhere, where nothing is.</summary>
    public static bool Excludes(IdentityRequest request) =>
        request.Query("domain_id") is not (null or DefaultDomain.Id)
        || request.Query("parent_id") is not (null or DefaultDomain.Id)
        || request.Flag("is_domain") == true
        || request.HasQuery("tags")
        || request.HasQuery("tags-any");
}
