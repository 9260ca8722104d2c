using System.Globalization;
using Holdfast.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether this machine's clock says what those of the database and the store say.</summary>
internal static class ClockChecks
{
    private const string Check = "clock";

    /// <summary>What nobody sees. An HTTP date has whole seconds, and a reading takes its time.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(
        Settings settings,
        IServiceProvider services,
        bool catalogAnswers,
        Findings findings,
        CancellationToken stop
    )
    {
        TimeSpan lease = settings.Core.Lease;
        if (settings.Core.Postgres is not null && catalogAnswers)
        {
            // The catalog has just been read, and its clock with it: all nodes go by that.
            DateTimeOffset database = services.GetRequiredService<TimeProvider>().GetUtcNow();
            Compare("the database", TimeProvider.System.GetUtcNow() - database, lease, findings);
        }
        if (settings.S3Store is { } store && await StoreTimeAsync(store.Endpoint, stop) is { } told)
        {
            Compare("the S3 store", TimeProvider.System.GetUtcNow() - told, lease, findings);
        }
    }

    /// <param name="ahead">By how much this machine's clock is ahead of the other.</param>
    internal static void Compare(string other, TimeSpan ahead, TimeSpan lease, Findings findings)
    {
        const string advice = "Set this machine's clock, and keep it right with NTP (timedatectl).";
        TimeSpan off = ahead.Duration();
        if (off <= Tolerance)
        {
            findings.Ok(Check, $"it agrees with that of {other}");
            return;
        }
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"this machine's is {off.TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of {other}"
        );
        if (off <= lease)
        {
            findings.Warning(Check, found, advice);
        }
        else
        {
            findings.Mistake(Check, $"{found}, more than a lease", advice);
        }
    }

    /// <returns>Null where it says none, or nothing: whether it answers is another check's.</returns>
    private static async Task<DateTimeOffset?> StoreTimeAsync(Uri endpoint, CancellationToken stop)
    {
        using SocketsHttpHandler handler = new() { AllowAutoRedirect = false };
        using HttpClient http = new(handler) { Timeout = Patience };
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Head, endpoint);
            using HttpResponseMessage reply = await http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                stop
            );
            return reply.Headers.Date;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }
}
