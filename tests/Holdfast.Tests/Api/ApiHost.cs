using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Api;
using Holdfast.Core.Access;
using Holdfast.Core.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Holdfast.Tests.Api;

/// <summary>The HTTP floor on a loopback port, with fixed tokens in place of an identity service.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string PublicUrl = "http://holdfast.example:8786";
    public const string Project = "0123456789abcdef0123456789abcdef";
    public const string OtherProject = "fedcba9876543210fedcba9876543210";
    public const string ThirdProject = "00112233445566778899aabbccddeeff";

    private readonly WebApplication app;
    private readonly ErrorLog errors;

    private ApiHost(WebApplication app, ErrorLog errors, HttpClient client)
    {
        this.app = app;
        this.errors = errors;
        Client = client;
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public Uri Address => Client.BaseAddress!;

    /// <summary>What the callers that a test names send in truth, where identity is real.</summary>
    public IReadOnlyDictionary<string, string> Tokens { get; set; } = new Dictionary<string, string>();

    /// <summary>What was logged as an error since the start.</summary>
    public IReadOnlyCollection<string> Errors => errors.Lines;

    public static async Task<ApiHost> StartAsync(Action<IServiceCollection>? services = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        ErrorLog log = new();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = Endpoints.MaxRequestBodyBytes);
        builder.Services.AddSingleton<ITokenValidator, FixedTokens>();
        builder.Services.AddSingleton<Policy>();
        builder.Services.AddSingleton<IReadiness, Ready>();
        builder.Services.AddTelemetry();
        services?.Invoke(builder.Services);
        builder.Services.AddHoldfastApi(new ApiOptions(PublicUrl));
        WebApplication built = builder.Build();
        built.UseHoldfastApi();
        await built.StartAsync();
        string address = built
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return new ApiHost(built, log, new HttpClient { BaseAddress = new Uri(address) });
    }

    /// <summary>Sends what a Manila client would: a token, a microversion, the experimental header.</summary>
    /// <param name="token">Of <c>admin</c>, <c>member</c>, <c>reader</c>, <c>guest</c> (no role), <c>system</c> (admin of no project), <c>other</c> (a member elsewhere), <c>other_reader</c>, <c>third</c> (a member of a third project); null sends none.</param>
    public async Task<Answer> SendAsync(
        string method,
        string path,
        string? body = null,
        string? token = "member",
        string? version = "2.91",
        string? experimental = "true",
        string contentType = "application/json"
    )
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        void Header(string name, string? value) =>
            _ = value is not null && request.Headers.TryAddWithoutValidation(name, value);
        Header("X-Auth-Token", token is null ? null : Tokens.GetValueOrDefault(token, token));
        Header("X-OpenStack-Manila-API-Version", version);
        Header("X-OpenStack-Manila-API-Experimental", experimental);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        using HttpResponseMessage response = await Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return new Answer(
            response.StatusCode,
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(
                    header => header.Key,
                    header => string.Join(',', header.Value),
                    StringComparer.OrdinalIgnoreCase
                ),
            text
        );
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    private sealed class FixedTokens : ITokenValidator
    {
        public Task<ValidToken?> ValidateAsync(string token, CancellationToken cancellationToken) =>
            Task.FromResult(
                token switch
                {
                    "admin" => Token("a1", Project, "admin", "member", "reader"),
                    "member" => Token("b2", Project, "member", "reader"),
                    "reader" => Token("c3", Project, "reader"),
                    "guest" => Token("e5", Project),
                    "system" => Token("f6", null, "admin", "member", "reader"),
                    "other" => Token("d4", OtherProject, "member", "reader"),
                    "other_reader" => Token("d5", OtherProject, "reader"),
                    "third" => Token("g7", ThirdProject, "member", "reader"),
                    _ => null,
                }
            );

        private static ValidToken Token(string user, string? project, params string[] roles) =>
            new(user, project, roles.ToHashSet(), DateTimeOffset.MaxValue);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IReadOnlyCollection<string> Lines => lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose() { }
    }

    private sealed class Ready : IReadiness
    {
        public Task<string?> WhatIsMissingAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}

internal sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public int Code => (int)Status;

    public JsonNode Json => JsonNode.Parse(Text)!;

    /// <summary>The envelope's key and message; null where the body is no fault.</summary>
    public (string Key, string Message)? Fault =>
        Json is JsonObject { Count: 1 } json
        && json.First() is { Value: JsonObject inner } pair
        && inner["message"] is { } message
            ? (pair.Key, message.GetValue<string>())
            : null;

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
