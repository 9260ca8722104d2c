namespace Holdfast.Core.Access;

/// <summary>
/// Who may call what, by Manila's rule names and defaults. A rule speaks of the caller's roles in the caller's own project;
/// which rows are the caller's is the services' matter.
/// </summary>
public sealed class Policy
{
    private static readonly Dictionary<string, string> Rules = new(StringComparer.Ordinal)
    {
        ["share_backup:create"] = Member,
        ["share_backup:get"] = Reader,
        ["share_backup:get_all"] = Reader,
        ["share_backup:get_all_project"] = Admin,
        ["share_backup:restore"] = Member,
        ["share_backup:update"] = Member,
        ["share_backup:delete"] = Member,
        ["share_backup:reset_status"] = Admin,
        ["share:create"] = Member,
        ["share:create_public_share"] = Admin,
        ["share:get"] = Reader,
        ["share:get_all"] = Reader,
        ["share:delete"] = Member,
        ["share:manage"] = Admin,
        ["share:unmanage"] = Admin,
        ["share:reset_status"] = Admin,
        ["share_export_location:index"] = Reader,
        ["operation:get"] = Reader,
        ["operation:get_all"] = Reader,
        ["operation:get_all_project"] = Admin,
        ["operation:cancel"] = Member,
        ["share_type:index"] = Reader,
        ["share_type:show"] = Reader,
    };

    private const string Admin = "admin";
    private const string Member = "member";
    private const string Reader = "reader";

    /// <exception cref="ServiceError"><see cref="ServiceErrorKind.Forbidden"/>; which rule refused is not told.</exception>
    public void Require(Caller caller, string rule)
    {
        if (!Allows(caller, rule))
        {
            throw ServiceError.Forbidden();
        }
    }

    /// <exception cref="ArgumentException">There is no such rule.</exception>
    public bool Allows(Caller caller, string rule)
    {
        if (!Rules.TryGetValue(rule, out string? role))
        {
            throw new ArgumentException($"There is no rule '{rule}'.", nameof(rule));
        }
        // Every rule is a project's: a token of the whole system, or of a domain, satisfies none.
        return caller.ProjectId.Length > 0 && (caller.IsAdmin || caller.Roles.Contains(role));
    }
}
