using System.Text.Json.Nodes;

namespace Holdfast.Core.Access.Keystone;

/// <summary>
/// People of Keystone, signed in there with their own passwords. Their failures are counted here, too: to Keystone they all
/// come from this host.
/// </summary>
public sealed class KeystoneSignIn(KeystoneOptions options, KeystoneTokenValidator validator, TimeProvider time)
    : ISignIn,
        IDisposable
{
    private readonly KeystoneApi api = new(options);
    private readonly LoginAttempts attempts = new(time);

    public string? DefaultDomain => options.UserDomain;

    public async Task<string> WithPasswordAsync(
        string user,
        string? domain,
        string password,
        string? address,
        CancellationToken cancellationToken
    )
    {
        string of = string.IsNullOrEmpty(domain) ? options.UserDomain : domain;
        if (user.Length > LoginGate.LongestName || of.Length > LoginGate.LongestName)
        {
            throw ServiceError.Unauthenticated();
        }
        // Keystone on MySQL takes a name in any case.
        Action noFailure = attempts.Begin($"{of} {user}".ToUpperInvariant(), address);
        JsonObject person = new()
        {
            ["name"] = user,
            ["password"] = password,
            ["domain"] = KeystoneApi.Domain(of),
        };
        JsonObject identity = new()
        {
            ["methods"] = new JsonArray("password"),
            ["password"] = new JsonObject { ["user"] = person },
        };
        try
        {
            string? token = await InTimeAsync(patience => api.SignInAsync(identity, null, patience), cancellationToken);
            if (token is not null)
            {
                noFailure();
            }
            return token ?? throw ServiceError.Unauthenticated();
        }
        catch (ServiceError error) when (error.Kind == ServiceErrorKind.Unavailable)
        {
            noFailure();
            throw;
        }
    }

    public async Task<string> WithProjectAsync(string token, string projectId, CancellationToken cancellationToken)
    {
        JsonObject identity = new()
        {
            ["methods"] = new JsonArray("token"),
            ["token"] = new JsonObject { ["id"] = token },
        };
        JsonObject scope = new() { ["project"] = new JsonObject { ["id"] = projectId } };
        return await InTimeAsync(patience => api.SignInAsync(identity, scope, patience), cancellationToken)
            ?? throw ServiceError.Unauthenticated();
    }

    public async Task<Person> DescribeAsync(Caller caller, string token, CancellationToken cancellationToken) =>
        await InTimeAsync(
            async patience =>
            {
                Task<(string User, string? Project)?> names = api.NamesAsync(token, patience);
                IReadOnlyList<ProjectChoice> projects = await api.ProjectsAsync(token, patience);
                return await names is var (user, project)
                    ? new Person(user, project, projects)
                    : throw ServiceError.Unauthenticated();
            },
            cancellationToken
        );

    public async Task RevokeAsync(Caller caller, string token, CancellationToken cancellationToken)
    {
        await InTimeAsync(
            async patience =>
            {
                await api.RevokeAsync(token, patience);
                return true;
            },
            cancellationToken
        );
        validator.Forget(token);
    }

    public void Dispose() => api.Dispose();

    /// <summary>A Keystone that is away is told as such, whatever was asked.</summary>
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Patience);
        try
        {
            return await ask(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"Keystone at {options.Url} does not answer in time.");
        }
        catch (KeystoneError error)
        {
            throw Unavailable(error.Message);
        }
    }

    private static ServiceError Unavailable(string detail) =>
        new(ServiceErrorKind.Unavailable, "The identity service does not answer; try again.")
        {
            Detail = detail,
            RetryAfter = TimeSpan.FromSeconds(5),
        };
}
