namespace Holdfast.Core.Access.Keystone;

/// <summary>Why Keystone gave no word on a token.</summary>
internal enum KeystoneErrorKind
{
    /// <summary>It does not answer, or not as Keystone would.</summary>
    Away,

    /// <summary>It does not let the service's own user in.</summary>
    LoginRefused,

    /// <summary>It takes the service's own token no more.</summary>
    TokenRefused,
}

/// <summary>The message is for the operator and holds no secret.</summary>
internal sealed class KeystoneError(KeystoneErrorKind kind, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public KeystoneErrorKind Kind { get; } = kind;
}
