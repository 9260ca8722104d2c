namespace Holdfast.Cli.Client;

/// <summary>
/// One OpenStack cloud and who signs in to it: what <c>OS_…</c> variables or an entry of <c>clouds.yaml</c> say, by the
/// names that stand in the file (<c>auth_url</c>, <c>username</c>, …).
/// </summary>
/// <param name="name">For messages: never holds a secret.</param>
internal sealed class Cloud(string name, IReadOnlyDictionary<string, string> values)
{
    public string Name => name;

    /// <summary>The identity service, with its version.</summary>
    public Uri AuthUrl { get; } = ReadAuthUrl(name, values);

    public string? this[params ReadOnlySpan<string> names]
    {
        get
        {
            foreach (string one in names)
            {
                if (values.TryGetValue(one, out string? value) && value.Length > 0)
                {
                    return value;
                }
            }
            return null;
        }
    }

    public string? Region => this["region_name"];

    /// <summary>public, internal or admin.</summary>
    public string Interface =>
        (this["interface", "endpoint_type"] ?? "public").Replace("URL", "", StringComparison.Ordinal);

    /// <summary>A PEM file of the authorities to trust in place of the system's.</summary>
    public string? CaCertificates => this["cacert"];

    /// <exception cref="CommandError">It is not there.</exception>
    public string Require(params ReadOnlySpan<string> names) =>
        this[names]
        ?? throw new CommandError(
            ExitCode.Failed,
            $"{name} has no {names[0]}",
            $"Set OS_{names[0].ToUpperInvariant()}, or {names[0]} in clouds.yaml."
        );

    private static Uri ReadAuthUrl(string name, IReadOnlyDictionary<string, string> values)
    {
        string text = values.GetValueOrDefault("auth_url", "").TrimEnd('/');
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            || url.UserInfo.Length > 0
        )
        {
            throw new CommandError(
                ExitCode.Failed,
                $"{name} has no usable auth_url",
                "Set OS_AUTH_URL, or auth_url in clouds.yaml, to the identity service: http://127.0.0.1:8786/identity/v3."
            );
        }
        return new Uri(text.EndsWith("/v3", StringComparison.Ordinal) ? text : text + "/v3");
    }
}
