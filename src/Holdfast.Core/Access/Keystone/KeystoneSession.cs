namespace Holdfast.Core.Access.Keystone;

/// <summary>The service's own token, made by the first who needs it and again before it ends. One login at a time.</summary>
internal sealed class KeystoneSession(KeystoneApi api, TimeProvider time) : IDisposable
{
    /// <summary>After a refused login none is tried for this long: Keystone may lock a user out who fails often.</summary>
    public static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(30);

    // Ahead of its end a token is made anew, so that none ends on the way.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    private sealed record Signed(ServiceToken Token, DateTimeOffset RenewAt);

    private readonly SemaphoreSlim signingIn = new(1);
    private Signed? signed;
    private (KeystoneError Error, DateTimeOffset Until)? refused;

    /// <exception cref="KeystoneError"/>
    public async Task<ServiceToken> TokenAsync(CancellationToken cancellationToken)
    {
        if (Current() is { } ready)
        {
            return ready;
        }
        await signingIn.WaitAsync(cancellationToken);
        try
        {
            return Current() ?? await SignInAsync(cancellationToken);
        }
        finally
        {
            signingIn.Release();
        }
    }

    /// <summary>Keystone does not take this token: the next who needs one signs in.</summary>
    public void Forget(ServiceToken token)
    {
        Signed? known = Volatile.Read(ref signed);
        if (known?.Token == token)
        {
            Interlocked.CompareExchange(ref signed, null, known);
        }
    }

    public void Dispose() => signingIn.Dispose();

    private ServiceToken? Current() =>
        Volatile.Read(ref signed) is { } known && known.RenewAt > time.GetUtcNow() ? known.Token : null;

    private async Task<ServiceToken> SignInAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (refused is { } before && before.Until > now)
        {
            throw before.Error;
        }
        try
        {
            ServiceToken token = await api.SignInAsync(cancellationToken);
            TimeSpan ahead = token.Lifetime / 4 < Ahead ? token.Lifetime / 4 : Ahead;
            Volatile.Write(ref signed, new Signed(token, now + token.Lifetime - ahead));
            return token;
        }
        catch (KeystoneError error) when (error.Kind == KeystoneErrorKind.LoginRefused)
        {
            refused = (error, now + AfterRefusal);
            throw;
        }
    }
}
