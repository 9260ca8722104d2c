using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.Core.Access.Keystone;

/// <summary>
/// Keystone's answer to whose tokens a request may carry. Its word on a token is believed for a while, on a bad one
/// briefly, and however many requests carry a token that is not known, Keystone is asked about it once.
/// </summary>
public sealed class KeystoneTokenValidator : ITokenValidator, IDisposable
{
    /// <summary>Characters of a token. Keystone's have some hundreds.</summary>
    public const int LongestToken = 8192;

    // Tokens that are remembered, good and bad ones each, and questions at once: a bound for whoever makes tokens up.
    private const int Capacity = 4096;
    private const int MaxQuestions = 1024;

    private static readonly TimeSpan BadFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SayAgainAfter = TimeSpan.FromMinutes(1);

    private readonly KeystoneOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly KeystoneApi api;
    private readonly KeystoneSession session;
    private readonly TokenMemory memory = new(Capacity);
    private readonly ConcurrentDictionary<TokenHash, Lazy<Task<ValidToken?>>> questions = new();
    private readonly Lock saying = new();
    private (string Trouble, DateTimeOffset At)? said;

    public KeystoneTokenValidator(KeystoneOptions options, TimeProvider time, ILogger<KeystoneTokenValidator> logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        api = new KeystoneApi(options);
        session = new KeystoneSession(api, time);
    }

    /// <summary>How many tokens are remembered.</summary>
    internal int Remembered => memory.Count;

    public Task<ValidToken?> ValidateAsync(string token, CancellationToken cancellationToken) =>
        ValidateAsync(token, evenExpired: false, cancellationToken);

    public Task<ValidToken?> ValidateEvenExpiredAsync(string token, CancellationToken cancellationToken) =>
        ValidateAsync(token, evenExpired: true, cancellationToken);

    /// <summary>Signs in, as the first request would.</summary>
    /// <returns>Why nobody could be let in, for the operator; null when Keystone answers. Then whether our user has the role to ask.</returns>
    public async Task<(string? Trouble, bool HasRole)> SignInAsync(CancellationToken cancellationToken)
    {
        try
        {
            ServiceToken own = await InTimeAsync(session.TokenAsync, cancellationToken);
            return (null, own.Roles.Contains("service") || own.Roles.Contains("admin"));
        }
        catch (KeystoneError error)
        {
            return (error.Message, false);
        }
    }

    /// <summary>Signs in and says in the log what is wrong, if anything is: the same as the first request would find.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            (string? trouble, bool hasRole) = await SignInAsync(cancellationToken);
            if (trouble is not null)
            {
                Say(trouble);
                return;
            }
            Log.KeystoneReady(logger, options.Username, options.Url);
            if (!hasRole)
            {
                Log.KeystoneRoleMissing(logger, options.Username, options.Project);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested) { }
    }

    /// <summary>The token was revoked: what is remembered of it holds no more.</summary>
    public void Forget(string token)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (bool evenExpired in (ReadOnlySpan<bool>)[false, true])
        {
            memory.Put(TokenHash.Of(token, evenExpired), null, now + BadFor, now);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        api.Dispose();
    }

    private async Task<ValidToken?> ValidateAsync(string token, bool evenExpired, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > LongestToken || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return null;
        }
        TokenHash hash = TokenHash.Of(token, evenExpired);
        if (memory.TryGet(hash, time.GetUtcNow(), out ValidToken? known))
        {
            return known;
        }
        if (questions.Count >= MaxQuestions)
        {
            throw Unavailable("Too many tokens wait for Keystone's word.");
        }
        // Whoever gives up leaves the question to the others who wait for its answer.
        return await questions
            .GetOrAdd(hash, _ => new Lazy<Task<ValidToken?>>(() => AskAsync(hash, token, evenExpired)))
            .Value.WaitAsync(cancellationToken);
    }

    private async Task<ValidToken?> AskAsync(TokenHash hash, string token, bool evenExpired)
    {
        // Believed from when it was asked, not from when it was heard.
        DateTimeOffset asked = time.GetUtcNow();
        try
        {
            ValidToken? valid = await InTimeAsync(
                patience => DescribeAsync(token, evenExpired, patience),
                CancellationToken.None
            );
            Say(null);
            if (!evenExpired && valid?.ExpiresAt <= asked)
            {
                valid = null;
            }
            Remember(hash, valid, evenExpired, asked);
            return valid;
        }
        catch (KeystoneError error)
        {
            Say(error.Message);
            throw Unavailable(error.Message);
        }
        finally
        {
            questions.TryRemove(hash, out _);
        }
    }

    private async Task<ValidToken?> DescribeAsync(string token, bool evenExpired, CancellationToken cancellationToken)
    {
        ServiceToken own = await session.TokenAsync(cancellationToken);
        try
        {
            return await api.DescribeAsync(own.Text, token, evenExpired, cancellationToken);
        }
        catch (KeystoneError error) when (error.Kind == KeystoneErrorKind.TokenRefused)
        {
            session.Forget(own);
            own = await session.TokenAsync(cancellationToken);
            return await api.DescribeAsync(own.Text, token, evenExpired, cancellationToken);
        }
    }

    private void Remember(TokenHash hash, ValidToken? valid, bool evenExpired, DateTimeOffset asked)
    {
        TimeSpan length = valid is null && BadFor < options.CacheFor ? BadFor : options.CacheFor;
        DateTimeOffset until = asked + length;
        if (!evenExpired && valid?.ExpiresAt < until)
        {
            until = valid.ExpiresAt;
        }
        memory.Put(hash, valid, until, asked);
    }

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Patience);
        try
        {
            return await ask(patience.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KeystoneError(
                KeystoneErrorKind.Away,
                $"Keystone at {options.Url} does not answer in time.",
                late
            );
        }
    }

    private static ServiceError Unavailable(string detail) =>
        new(ServiceErrorKind.Unavailable, "The identity service cannot say whose token this is; try again.")
        {
            Detail = detail,
            RetryAfter = TimeSpan.FromSeconds(5),
        };

    // Once when it begins and when it is over, and in between now and then: not with each request.
    private void Say(string? trouble)
    {
        lock (saying)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (trouble is null && said is not null)
            {
                said = null;
                Log.KeystoneBack(logger);
            }
            else if (trouble is not null && (said?.Trouble != trouble || now - said.Value.At >= SayAgainAfter))
            {
                said = (trouble, now);
                Log.KeystoneAway(logger, trouble);
            }
        }
    }
}
