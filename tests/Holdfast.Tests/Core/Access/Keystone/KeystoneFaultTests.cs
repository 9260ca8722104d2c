using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Access.Keystone;
using Holdfast.Testing;
using Holdfast.Testing.Processes;
using Holdfast.Tests.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Holdfast.Tests.Core.Access.Keystone;

/// <summary>Whatever Keystone does wrong, nobody is let in for it, and the answer is that it may be tried again.</summary>
public sealed class KeystoneFaultTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTime time = new(TimeProvider.System.GetUtcNow());
    private readonly RecordedLog<KeystoneTokenValidator> log = new();
    private ScriptedKeystone keystone = null!;
    private KeystoneTokenValidator validator = null!;

    public async ValueTask InitializeAsync()
    {
        keystone = await ScriptedKeystone.StartAsync();
        validator = new KeystoneTokenValidator(keystone.Options, time, log);
    }

    public async ValueTask DisposeAsync()
    {
        validator.Dispose();
        await keystone.DisposeAsync();
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(503, "{}")]
    [InlineData(400, "{}")]
    [InlineData(403, "{}")]
    [InlineData(302, "")]
    [InlineData(204, "")]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, "null")]
    [InlineData(200, "{\"token\": null}")]
    [InlineData(200, "{\"token\": {\"user\": {\"id\": null}}}")]
    [InlineData(
        200,
        "{\"token\": {\"user\": {\"id\": \"u\"}, \"project\": null, \"expires_at\": \"2099-01-01T00:00:00Z\"}}"
    )]
    [InlineData(
        200,
        "{\"token\": {\"user\": {\"id\": \"u\"}, \"roles\": [{}], \"expires_at\": \"2099-01-01T00:00:00Z\"}}"
    )]
    [InlineData(200, "{\"token\": {\"user\": {\"id\": \"u\"}, \"expires_at\": \"tomorrow\"}}")]
    public async Task An_answer_that_is_none_lets_nobody_in(int status, string body)
    {
        keystone.Question = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = $"{keystone.Url}/elsewhere";
            return status == 204 ? Task.CompletedTask : http.Response.WriteAsync(body);
        };
        await AssertUnavailableAsync();
        Assert.Equal(1, keystone.Questions);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(201, "{}")]
    [InlineData(200, "garbage")]
    public async Task A_login_that_is_none_lets_nobody_in(int status, string body)
    {
        keystone.Login = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers["X-Subject-Token"] = "the service's";
            return http.Response.WriteAsync(body);
        };
        await AssertUnavailableAsync();
        Assert.Equal(0, keystone.Questions);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_the_end()
    {
        byte[] spaces = new byte[64 * 1024];
        spaces.AsSpan().Fill((byte)' ');
        TaskCompletionSource hungUp = new();
        keystone.Question = async http =>
        {
            using CancellationTokenRegistration aborted = http.RequestAborted.Register(hungUp.SetResult);
            // Far more than any socket buffers.
            for (int i = 0; i < 16 * 1024 && !hungUp.Task.IsCompleted; i++)
            {
                await http.Response.Body.WriteAsync(spaces);
            }
            await hungUp.Task;
        };

        await AssertUnavailableAsync();

        await hungUp.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_before_or_in_the_middle_of_an_answer_is_waited_for_only_so_long(bool inTheMiddle)
    {
        keystone.Question = async http =>
        {
            if (inTheMiddle)
            {
                await http.Response.WriteAsync("{\"token\":");
                await http.Response.Body.FlushAsync();
            }
            TaskCompletionSource over = new();
            using CancellationTokenRegistration hungUp = http.RequestAborted.Register(over.SetResult);
            await over.Task;
        };
        KeystoneOptions options = keystone.Options with { Patience = TimeSpan.FromSeconds(1) };
        using KeystoneTokenValidator hurried = new(options, time, log);

        await Assert.ThrowsAsync<ServiceError>(() => hurried.ValidateAsync("token", None));

        Assert.Contains(log.Lines, line => line.Text.Contains("does not answer in time", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_breaks_lets_nobody_in(bool inTheMiddle)
    {
        keystone.Question = async http =>
        {
            if (inTheMiddle)
            {
                await http.Response.WriteAsync(ScriptedKeystone.Token());
                await http.Response.Body.FlushAsync();
            }
            http.Abort();
        };
        await AssertUnavailableAsync();
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using ScriptedKeystone secured = await ScriptedKeystone.StartAsync(own);
        using KeystoneTokenValidator asking = new(secured.Options, time, log);

        await Assert.ThrowsAsync<ServiceError>(() => asking.ValidateAsync("token", None));

        Assert.Equal(0, secured.Logins);
        Assert.Contains("certificate", Assert.Single(log.Lines).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_was_good_is_believed_while_keystone_is_away_and_no_longer_than_before()
    {
        Assert.NotNull(await validator.ValidateAsync("known", None));
        keystone.Question = Fail;
        Assert.NotNull(await validator.ValidateAsync("known", None));
        await AssertUnavailableAsync();

        time.Advance(keystone.Options.CacheFor);

        await Assert.ThrowsAsync<ServiceError>(() => validator.ValidateAsync("known", None));
    }

    [Fact]
    public async Task A_fault_is_not_remembered_and_is_said_once_when_it_begins_and_once_when_it_is_over()
    {
        keystone.Question = Fail;
        await AssertUnavailableAsync();
        await AssertUnavailableAsync();
        keystone.Question = http => http.Response.WriteAsync(ScriptedKeystone.Token());
        Assert.NotNull(await validator.ValidateAsync("token", None));

        Assert.Equal([LogLevel.Error, LogLevel.Information], log.Lines.Select(line => line.Level));
    }

    [Fact]
    public async Task When_the_services_token_is_taken_no_more_it_signs_in_anew_and_asks_again_once()
    {
        int good = 0;
        keystone.Question = http =>
        {
            http.Response.StatusCode = Interlocked.Increment(ref good) == 1 ? 401 : 200;
            return http.Response.WriteAsync(ScriptedKeystone.Token());
        };
        Assert.NotNull(await validator.ValidateAsync("first", None));
        Assert.Equal((2, 2), (keystone.Logins, keystone.Questions));

        keystone.Question = http =>
        {
            http.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await AssertUnavailableAsync();
        Assert.Equal((3, 4), (keystone.Logins, keystone.Questions));
    }

    [Fact]
    public async Task A_refused_login_is_tried_again_after_a_while()
    {
        keystone.Login = http =>
        {
            http.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await AssertUnavailableAsync();
        keystone.Login = ScriptedKeystone.SignInAsync;
        await AssertUnavailableAsync();
        Assert.Equal(1, keystone.Logins);

        time.Advance(KeystoneSession.AfterRefusal);

        Assert.NotNull(await validator.ValidateAsync("token", None));
    }

    [Fact]
    public async Task Made_up_tokens_take_no_more_memory_than_there_is_for_them_and_drive_no_good_one_out()
    {
        Assert.NotNull(await validator.ValidateAsync("good", None));
        keystone.Question = http =>
        {
            http.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        for (int i = 0; i < 5000; i++)
        {
            Assert.Null(await validator.ValidateAsync($"made-up-{i}", None));
        }

        Assert.InRange(validator.Remembered, 2, 4097);
        int asked = keystone.Questions;
        Assert.NotNull(await validator.ValidateAsync("good", None));
        Assert.Equal(asked, keystone.Questions);
    }

    [Fact]
    public async Task Many_tokens_at_once_are_asked_about_some_at_a_time()
    {
        int now = 0;
        ConcurrentQueue<int> together = [];
        SemaphoreSlim go = new(0);
        keystone.Question = async http =>
        {
            together.Enqueue(Interlocked.Increment(ref now));
            await go.WaitAsync(http.RequestAborted);
            Interlocked.Decrement(ref now);
            http.Response.StatusCode = 404;
        };
        List<Task<ValidToken?>> asking =
        [
            .. Enumerable.Range(0, 1024).Select(i => validator.ValidateAsync($"token-{i}", None)),
        ];
        await Eventually.HoldsAsync("Keystone to be busy", () => Task.FromResult(now == 16));
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => validator.ValidateAsync("one-more", None));
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        go.Release(asking.Count);
        Assert.All(await Task.WhenAll(asking), Assert.Null);

        Assert.Equal(16, together.Max());
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_answer_to_the_others()
    {
        TaskCompletionSource go = new();
        keystone.Question = async http =>
        {
            await go.Task;
            await http.Response.WriteAsync(ScriptedKeystone.Token());
        };
        using CancellationTokenSource impatient = new();
        Task<ValidToken?> first = validator.ValidateAsync("token", impatient.Token);
        Task<ValidToken?> second = validator.ValidateAsync("token", None);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        go.SetResult();

        Assert.NotNull(await second);
        Assert.Equal(1, keystone.Questions);
    }

    [Fact]
    public async Task A_client_is_told_to_come_back_in_the_words_of_the_api_that_it_asked()
    {
        await using ApiHost api = await KeystoneApiHost.StartAsync(keystone.Options);
        keystone.Question = Fail;

        Answer manila = await api.SendAsync("GET", "/v2/shares", token: "token");
        Assert.Equal((503, "serviceUnavailable"), (manila.Code, manila.Fault?.Key));
        Assert.Equal("5", manila.Header("Retry-After"));

        Answer native = await api.SendAsync("GET", "/api/v1/operations", token: "token");
        Assert.Equal((503, "application/problem+json"), (native.Code, native.Header("Content-Type")));
        Assert.Equal("5", native.Header("Retry-After"));
        Assert.All(api.Errors, line => Assert.Contains("are answered 503", line, StringComparison.Ordinal));
    }

    private static Task Fail(HttpContext http)
    {
        http.Response.StatusCode = 500;
        return http.Response.WriteAsync("a traceback");
    }

    private async Task AssertUnavailableAsync()
    {
        ServiceError error = await Assert.ThrowsAsync<ServiceError>(() => validator.ValidateAsync("token", None));
        Assert.Equal(ServiceErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Text.Contains("secret", StringComparison.Ordinal));
    }
}
