namespace Holdfast.Core.Access.Policies;

/// <summary>What a rule is asked: may this caller, on this object?</summary>
public readonly record struct Question(Caller Caller, PolicyTarget Target);
