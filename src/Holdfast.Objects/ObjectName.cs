using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Objects;

/// <summary>
/// The name of an object: one or more segments of <c>[A-Za-z0-9._-]</c>, none of them <c>.</c> or <c>..</c>, joined by
/// <c>/</c>. Nothing else is a name, so a name can never lead out of a store.
/// </summary>
public readonly record struct ObjectName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"
    );

    private readonly string? value;

    /// <exception cref="ArgumentException">The text is not a name.</exception>
    public ObjectName(string value)
    {
        if (!IsValid(value))
        {
            throw new ArgumentException($"'{value}' is not an object name.", nameof(value));
        }
        this.value = value;
    }

    public string Value => value ?? throw new InvalidOperationException("An object name was never set.");

    public static bool IsValid([NotNullWhen(true)] string? value)
    {
        if (string.IsNullOrEmpty(value) || value.AsSpan().ContainsAnyExcept(Allowed))
        {
            return false;
        }
        foreach (Range range in value.AsSpan().Split('/'))
        {
            if (value.AsSpan(range) is "" or "." or "..")
            {
                return false;
            }
        }
        return true;
    }

    public override string ToString() => Value;
}
