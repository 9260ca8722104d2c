using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Cli;

namespace Holdfast.Hosting;

/// <summary>The server's certificate, read again when its file has changed. A new one that cannot be read leaves the last good one in force.</summary>
internal sealed class TlsCertificate
{
    private readonly string certificatePath;
    private readonly string keyPath;
    private readonly Lock gate = new();
    private (DateTime Certificate, DateTime Key) written;
    private X509Certificate2 current;

    private TlsCertificate(string certificatePath, string keyPath)
    {
        (this.certificatePath, this.keyPath) = (certificatePath, keyPath);
        written = Written();
        current = Read();
    }

    /// <returns>Null when the service listens without TLS.</returns>
    /// <exception cref="CommandError">There is no such certificate and key.</exception>
    public static TlsCertificate? Open(Settings settings)
    {
        if (settings.TlsCertificate is not { } certificate || settings.TlsKey is not { } key)
        {
            return null;
        }
        try
        {
            return new TlsCertificate(certificate, key);
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            throw new CommandError(
                ExitCode.Failed,
                $"The certificate {certificate} with the key {key} cannot be used: {error.Message}",
                "HOLDFAST_TLS__CERTIFICATE and HOLDFAST_TLS__KEY name PEM files that belong together."
            );
        }
    }

    /// <summary>Says when the one in force ends.</summary>
    public void Measure(Meter meter) =>
        meter.CreateObservableGauge(
            "holdfast_tls_certificate_expiry_timestamp_seconds",
            () => new DateTimeOffset(Current().NotAfter).ToUnixTimeSeconds(),
            null,
            "When the certificate that is served is no longer valid."
        );

    public X509Certificate2 Current()
    {
        (DateTime, DateTime) now = Written();
        lock (gate)
        {
            if (now != written)
            {
                written = now;
                try
                {
                    current = Read();
                }
                catch (Exception error) when (IsUnreadable(error))
                {
                    // Half replaced, perhaps: the other half changes the time again.
                }
            }
            return current;
        }
    }

    private (DateTime Certificate, DateTime Key) Written() =>
        (File.GetLastWriteTimeUtc(certificatePath), File.GetLastWriteTimeUtc(keyPath));

    private X509Certificate2 Read()
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
        // Through PKCS#12: the TLS stack needs the key in that form.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }

    private static bool IsUnreadable(Exception error) =>
        // A key of another certificate is an ArgumentException.
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
