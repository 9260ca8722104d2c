using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Cli.Doctor;
using Holdfast.Hosting;
using Xunit;

namespace Holdfast.Tests.Cli.Doctor;

public sealed class TlsChecksTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-10, 31, "ok", "good until")]
    [InlineData(-10, 29, "warning", "expires soon")]
    [InlineData(-10, -1, "mistake", "has expired")]
    [InlineData(1, 100, "mistake", "not good before")]
    public void Its_time_counts(int fromDay, int untilDay, string word, string said)
    {
        Finding finding = Assert.Single(Look(fromDay, untilDay, "backup.example.org"));

        Assert.Equal(word, finding.Word);
        Assert.Contains(said, finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_that_clients_are_sent_to_must_be_in_it()
    {
        Finding finding = Look(-10, 100, "other.example.org")[^1];

        Assert.Equal("mistake", finding.Word);
        Assert.Contains("is not for backup.example.org", finding.Found, StringComparison.Ordinal);
    }

    private static Findings Look(int fromDay, int untilDay, string name)
    {
        Dictionary<string, string> values = new()
        {
            ["HOLDFAST_LISTEN"] = "https://127.0.0.1:8786",
            ["HOLDFAST_PUBLIC_URL"] = "https://backup.example.org:8786",
            ["HOLDFAST_TLS__CERTIFICATE"] = "/certificate",
            ["HOLDFAST_TLS__KEY"] = "/key",
        };
        Settings settings = Settings.Read(new SettingSource(values.GetValueOrDefault, file: null));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=any", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(Now.AddDays(fromDay), Now.AddDays(untilDay));
        Findings findings = new();
        TlsChecks.Look(settings, certificate, Now, findings);
        return findings;
    }
}
