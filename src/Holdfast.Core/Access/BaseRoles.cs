namespace Holdfast.Core.Access;

/// <summary>The roles that always exist. Each implies those after it.</summary>
public static class BaseRoles
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Reader = "reader";

    public static readonly IReadOnlyList<string> Names = [Admin, Member, Reader];

    public static bool Contains(string role) => Names.Contains(role);

    /// <summary>The roles that <paramref name="role"/> brings with it, itself excluded.</summary>
    public static IEnumerable<string> ImpliedBy(string role) => Names.SkipWhile(name => name != role).Skip(1);

    public static IEnumerable<string> WithImplied(IEnumerable<string> roles) =>
        roles.SelectMany(role => ImpliedBy(role).Prepend(role)).Distinct();
}
