using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Cli;
using Holdfast.Hosting;
using Holdfast.Testing.Files;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Holdfast.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private DateTime written = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private string CertificatePath => directory["certificate.pem"];

    private string KeyPath => directory["key.pem"];

    private Settings Settings =>
        Settings.Read(
            new SettingSource(
                name =>
                    name switch
                    {
                        "HOLDFAST_LISTEN" => "https://127.0.0.1:0",
                        "HOLDFAST_TLS__CERTIFICATE" => CertificatePath,
                        "HOLDFAST_TLS__KEY" => KeyPath,
                        _ => null,
                    },
                file: null
            )
        );

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_replaced_certificate_is_served_and_an_unreadable_one_is_not()
    {
        string first = Write("first");
        await using WebApplication app = WebHost.Create(Settings, TlsCertificate.Open(Settings)).Build();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Uri address = new(app.Urls.Single());
        Assert.Equal(first, await ShownAsync(address));

        string second = Write("second");
        Assert.Equal(second, await ShownAsync(address));

        // Reading a directory is refused even to root.
        File.Delete(KeyPath);
        Directory.CreateDirectory(KeyPath);
        Touch(time => Directory.SetLastWriteTimeUtc(KeyPath, time));
        Assert.Equal(second, await ShownAsync(address));
    }

    [Fact]
    public void Without_its_files_the_service_does_not_start()
    {
        CommandError error = Assert.Throws<CommandError>(() => TlsCertificate.Open(Settings));

        Assert.Contains(CertificatePath, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_another_certificates_key_it_does_not_start_either()
    {
        Write("first");
        string key = File.ReadAllText(KeyPath);
        Write("second");
        File.WriteAllText(KeyPath, key);
        CommandError error = Assert.Throws<CommandError>(() => TlsCertificate.Open(Settings));

        Assert.Contains(KeyPath, error.Message, StringComparison.Ordinal);
    }

    /// <returns>The thumbprint of the certificate that the server shows; HTTP/2, though offered, is not taken.</returns>
    private static async Task<string> ShownAsync(Uri address)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, address.Port);
        using SslStream tls = new(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            }
        );
        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
        return tls.RemoteCertificate!.GetCertHashString();
    }

    /// <summary>Makes a certificate of its own issue, for one day.</summary>
    /// <returns>Its thumbprint.</returns>
    private string Write(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
        Touch(time => File.SetLastWriteTimeUtc(CertificatePath, time));
        return certificate.Thumbprint;
    }

    // Each change a second later than the one before, however fast the test is.
    private void Touch(Action<DateTime> set) => set(written = written.AddSeconds(1));
}
