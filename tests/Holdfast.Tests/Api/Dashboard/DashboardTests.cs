using System.Net;
using Holdfast.Api.Dashboard;
using Xunit;

namespace Holdfast.Tests.Api.Dashboard;

/// <summary>Pages over a real catalog, as callers with real sessions get them; no script and no worker runs.</summary>
public abstract class DashboardTests : IAsyncLifetime
{
    private HttpClient http = null!;

    internal ManilaWorld World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await ManilaWorld.StartLocalAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = World.Host.Address,
        };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await World.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <param name="caller">A name of <see cref="ApiHost.Tokens"/>, or a token; null has no session.</param>
    /// <param name="form">Of a POST.</param>
    internal async Task<PageAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? caller,
        params (string Name, string Value)[] form
    )
    {
        using HttpRequestMessage request = new(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = new FormUrlEncodedContent(
                form.Select(field => KeyValuePair.Create(field.Name, field.Value))
            );
        }
        if (caller is not null)
        {
            request.Headers.Add("Cookie", $"holdfast_session={Uri.EscapeDataString(TokenOf(caller))}");
        }
        using HttpResponseMessage answer = await http.SendAsync(request);
        return new PageAnswer(
            answer.StatusCode,
            answer.Headers.Location?.OriginalString,
            WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync())
        );
    }

    /// <summary>A form of a page of the caller's.</summary>
    internal Task<PageAnswer> PostAsync(string path, string caller, params (string Name, string Value)[] form) =>
        SendAsync(HttpMethod.Post, path, caller, [(FormToken.FieldName, FormToken.Of(TokenOf(caller))), .. form]);

    internal Task<PageAnswer> GetAsync(string path, string caller) => SendAsync(HttpMethod.Get, path, caller);

    /// <summary>The text of a page that there is.</summary>
    internal async Task<string> ReadAsync(string path, string caller)
    {
        PageAnswer answer = await GetAsync(path, caller);
        Assert.Equal((path, HttpStatusCode.OK), (path, answer.Status));
        return answer.Text;
    }

    private string TokenOf(string caller) => World.Host.Tokens.GetValueOrDefault(caller, caller);
}

/// <param name="Location">Where it leads; null where it leads nowhere.</param>
/// <param name="Text">With its characters as they are shown.</param>
internal sealed record PageAnswer(HttpStatusCode Status, string? Location, string Text);
