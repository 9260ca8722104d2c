using System.Net;
using System.Net.Sockets;

namespace Holdfast.Testing.Processes;

/// <summary>
/// Finds TCP ports of the loopback interface that nobody listens on. They lie below those that the kernel gives to
/// connections, none is given twice by one process, and test processes side by side begin at different ones: a port given to two
/// would have one test talk to the other's server.
/// </summary>
public static class FreePort
{
    private const int First = 12_000;
    private const int Count = 20_000;

    private static int next = Environment.ProcessId * 211;

    public static int Next()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + (int)((uint)Interlocked.Increment(ref next) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse) { }
        }
        throw new InvalidOperationException($"Every port from {First} to {First + Count - 1} is taken.");
    }
}
