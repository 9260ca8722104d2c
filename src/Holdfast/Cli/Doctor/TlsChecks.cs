using System.Security.Cryptography.X509Certificates;
using Holdfast.Hosting;

namespace Holdfast.Cli.Doctor;

/// <summary>Whether clients can trust the service's certificate. That it listens nowhere else without one the settings see to.</summary>
internal static class TlsChecks
{
    private const string Check = "tls";

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public static async Task RunAsync(Settings settings, Findings findings)
    {
        if (settings.TlsCertificate is null)
        {
            WithoutCertificate(settings, findings);
            return;
        }
        await findings.TryAsync(
            Check,
            () =>
            {
                using X509Certificate2 certificate = TlsCertificate.Open(settings)!.Current();
                Look(settings, certificate, TimeProvider.System.GetUtcNow(), findings);
                return Task.CompletedTask;
            }
        );
        if (FileModes.IsOpenToOthers(settings.TlsKey!))
        {
            findings.Warning(
                Check,
                $"the certificate's key {settings.TlsKey} may be read by others",
                $"Run: chmod 600 {settings.TlsKey}"
            );
        }
    }

    internal static void Look(Settings settings, X509Certificate2 certificate, DateTimeOffset now, Findings findings)
    {
        string path = settings.TlsCertificate!;
        DateTimeOffset from = new(certificate.NotBefore);
        DateTimeOffset until = new(certificate.NotAfter);
        string host = new Uri(settings.Core.PublicUrl).Host.Trim('[', ']');
        if (until <= now)
        {
            findings.Mistake(Check, $"the certificate {path} has expired: {until:u}", "Put a new one in its place.");
        }
        else if (from > now)
        {
            findings.Mistake(
                Check,
                $"the certificate {path} is not good before {from:u}",
                "Wait until then, or set this machine's clock."
            );
        }
        else if (until - now < Soon)
        {
            findings.Warning(
                Check,
                $"the certificate {path} expires soon: {until:u}",
                "Put a new one in its place; the service takes it without being started again."
            );
        }
        else
        {
            findings.Ok(Check, $"the certificate {path} and its key belong together, and are good until {until:u}");
        }
        if (!certificate.MatchesHostname(host))
        {
            findings.Mistake(
                Check,
                $"the certificate {path} is not for {host}, where clients are sent",
                "Have that name put into the certificate, or set HOLDFAST_PUBLIC_URL to one that is in it."
            );
        }
    }

    private static void WithoutCertificate(Settings settings, Findings findings)
    {
        Uri told = new(settings.Core.PublicUrl);
        if (told.Scheme == Uri.UriSchemeHttps || told.IsLoopback)
        {
            findings.Ok(
                Check,
                told.IsLoopback ? "none, and none is needed for this machine alone" : "TLS ends before the service"
            );
            return;
        }
        findings.Warning(
            Check,
            $"clients are sent to {settings.Core.PublicUrl}: passwords, tokens and files pass unencrypted",
            "Give HOLDFAST_TLS__CERTIFICATE and HOLDFAST_TLS__KEY, or set HOLDFAST_PUBLIC_URL to the https address where TLS ends."
        );
    }
}
