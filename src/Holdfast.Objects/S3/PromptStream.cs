using System.Net.Http;
using System.Net.Sockets;

namespace Holdfast.Objects.S3;

/// <summary>
/// A connection whose answers are acknowledged at once. A server that sends an answer's head and body apart without
/// <c>TCP_NODELAY</c>, as Ceph's gateway does by default, keeps the body back until the head was acknowledged, which Linux puts off for
/// 40 ms where a connection only answers: each small read would take that long.
/// </summary>
internal sealed class PromptStream : NetworkStream
{
    private const int Tcp = 6;
    private const int QuickAcknowledgement = 12; // TCP_QUICKACK of Linux; it wears off with each request.

    private readonly bool isTold = OperatingSystem.IsLinux();

    private PromptStream(Socket socket)
        : base(socket, ownsSocket: true) { }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new PromptStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        await base.WriteAsync(buffer, cancellationToken);
        if (isTold)
        {
            Socket.SetRawSocketOption(Tcp, QuickAcknowledgement, [1, 0, 0, 0]);
        }
    }
}
