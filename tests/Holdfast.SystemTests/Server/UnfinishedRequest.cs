using System.Net.Sockets;
using System.Text;

namespace Holdfast.SystemTests.Server;

/// <summary>A request of which the server has the beginning, on a connection of its own.</summary>
public sealed class UnfinishedRequest : IDisposable
{
    private readonly TcpClient connection = new();

    private UnfinishedRequest() { }

    /// <param name="beginning">Bytes of HTTP/1.1, as far as they are sent now.</param>
    public static async Task<UnfinishedRequest> BeginAsync(Uri server, string beginning)
    {
        UnfinishedRequest request = new();
        await request.connection.ConnectAsync(server.Host, server.Port);
        await request.SendAsync(beginning);
        return request;
    }

    /// <summary>Sends what is missing.</summary>
    /// <returns>All that the server answers until it closes the connection.</returns>
    public async Task<string> FinishAsync(string rest)
    {
        await SendAsync(rest);
        using StreamReader reader = new(connection.GetStream());
        return await reader.ReadToEndAsync();
    }

    private async Task SendAsync(string text) => await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    public void Dispose() => connection.Dispose();
}
