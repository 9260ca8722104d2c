using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Holdfast.Tests.Api;

/// <summary>HTTP/1.1 by hand, for requests that no client library lets through.</summary>
internal static class RawHttp
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    /// <summary>Sends the bytes and reads until the server closes: a request that is good has to ask for that.</summary>
    /// <param name="hangUp">Say that no more will come: for what a server would go on waiting for.</param>
    /// <returns>Null when the server closed without a word, or with one that is not HTTP/1.</returns>
    public static async Task<RawReply?> ExchangeAsync(
        Uri address,
        ReadOnlyMemory<byte> request,
        CancellationToken cancellationToken,
        bool hangUp = false
    )
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        using MemoryStream reply = new();
        try
        {
            await socket.SendAsync(request, cancellationToken);
            if (hangUp)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            byte[] buffer = new byte[16 * 1024];
            int read;
            while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                reply.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // A server that refuses need not read on: what it said before counts.
        }
        return reply.ToArray() is var bytes && bytes.AsSpan().StartsWith("HTTP/1."u8) ? Parse(bytes) : null;
    }

    private static RawReply Parse(byte[] bytes)
    {
        int end = bytes.AsSpan().IndexOf(EndOfHead);
        string[] head = Encoding.Latin1.GetString(bytes, 0, end).Split("\r\n");
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach (string line in head.Skip(1))
        {
            int colon = line.IndexOf(':');
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }
        byte[] body = bytes[(end + EndOfHead.Length)..];
        int status = int.Parse(head[0].Split(' ')[1]);
        return new RawReply(
            status,
            headers,
            headers.GetValueOrDefault("Transfer-Encoding") == "chunked" ? Unchunk(body) : body
        );
    }

    private static byte[] Unchunk(ReadOnlySpan<byte> body)
    {
        using MemoryStream whole = new();
        while (true)
        {
            int line = body.IndexOf("\r\n"u8);
            int length = Convert.ToInt32(Encoding.Latin1.GetString(body[..line]), 16);
            if (length == 0)
            {
                return whole.ToArray();
            }
            whole.Write(body.Slice(line + 2, length));
            body = body[(line + 2 + length + 2)..];
        }
    }
}

/// <param name="Headers">Names without case.</param>
internal sealed record RawReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>What no reply may be, whatever was asked; null when it is none of that.</summary>
    public static string? WhatIsWrong(RawReply? reply)
    {
        if (reply is null)
        {
            return "no reply";
        }
        if (reply.Status >= 500)
        {
            return $"status {reply.Status}";
        }
        if (reply.Header("x-openstack-request-id") is not { } id)
        {
            // Refused by the HTTP server before it was a request.
            return reply is { Status: 400 or 414 or 431, Body.Length: 0 } ? null : "no request id";
        }
        if (!id.StartsWith("req-", StringComparison.Ordinal) || reply.Header("x-compute-request-id") != id)
        {
            return "request ids differ";
        }
        return
            reply.Body.Length == 0
            || (reply.Header("Content-Type") is "application/json" or "application/problem+json" && IsJson(reply.Body))
            ? null
            : "no JSON";
    }

    /// <summary>The beginning, for a person.</summary>
    public static string Shown(byte[]? bytes)
    {
        string text = Encoding.Latin1.GetString(bytes ?? []);
        return text.Length > 1500 ? text[..1500] + "…" : text;
    }

    private static bool IsJson(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
