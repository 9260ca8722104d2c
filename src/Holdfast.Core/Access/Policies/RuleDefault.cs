namespace Holdfast.Core.Access.Policies;

/// <summary>A rule as it is when no file says otherwise.</summary>
public sealed record RuleDefault(string Name, string Check, string Description);
