using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Hosting;

/// <summary>The server's certificate, read again when its file has changed. A new one that cannot be read leaves the last good one in force.</summary>
internal sealed class TlsCertificate(string certificatePath, string keyPath)
{
    private readonly Lock gate = new();
    private (DateTime Certificate, DateTime Key) written;
    private X509Certificate2? current;

    /// <exception cref="System.Security.Cryptography.CryptographicException">At first use: no such certificate and key.</exception>
    public X509Certificate2 Current()
    {
        (DateTime, DateTime) now = (File.GetLastWriteTimeUtc(certificatePath), File.GetLastWriteTimeUtc(keyPath));
        lock (gate)
        {
            if (current is null || now != written)
            {
                current = Read() ?? current;
                written = now;
            }
            return current!;
        }
    }

    private X509Certificate2? Read()
    {
        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            // Through PKCS#12: the TLS stack needs the key in that form.
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        }
        catch (Exception error)
            when (current is not null && error is IOException or System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
