using Holdfast.Objects;

namespace Holdfast.Testing.Objects;

/// <summary>What goes wrong with a call.</summary>
public sealed record Fault
{
    public ObjectErrorKind Kind { get; init; } = ObjectErrorKind.Failed;

    public bool Temporary { get; init; }

    /// <summary>The call takes effect, and only its answer is lost.</summary>
    public bool AfterEffect { get; init; }

    /// <summary>A read succeeds, with one bit of it wrong.</summary>
    public bool FlipsABit { get; init; }

    public static Fault Temporarily { get; } = new() { Kind = ObjectErrorKind.Unavailable, Temporary = true };

    public static Fault Unacknowledged { get; } = Temporarily with { AfterEffect = true };

    public static Fault Full { get; } = new() { Kind = ObjectErrorKind.Full, Temporary = true };

    public static Fault Permanently { get; } = new();

    public static Fault Flip { get; } = new() { FlipsABit = true };
}
