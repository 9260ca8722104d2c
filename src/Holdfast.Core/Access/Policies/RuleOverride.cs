namespace Holdfast.Core.Access.Policies;

/// <summary>A rule of a policy file: one that takes the place of a default, or a new one for others to refer to.</summary>
/// <param name="Text">As it was written.</param>
public sealed record RuleOverride(string Name, string Text, Check Check, RulePlace Place);
