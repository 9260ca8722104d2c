namespace Holdfast.Core.Access.Policies;

/// <summary>A policy cannot be put in force. The message is for the operator: where it is wrong, what, and what to do.</summary>
public sealed class PolicyError(string message, Exception? inner = null) : Exception(message, inner);
