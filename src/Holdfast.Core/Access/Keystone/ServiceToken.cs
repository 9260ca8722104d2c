namespace Holdfast.Core.Access.Keystone;

/// <summary>The service's own token.</summary>
/// <param name="Lifetime">From when it was asked for.</param>
internal sealed record ServiceToken(string Text, TimeSpan Lifetime, IReadOnlySet<string> Roles);
