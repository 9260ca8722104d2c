using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Testing.Network;

/// <summary>What a receiver computes, by Standard Webhooks 1.0.</summary>
public static class StandardWebhooks
{
    public static string Sign(string secret, string id, string timestamp, string body)
    {
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        return "v1,"
            + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
    }
}
