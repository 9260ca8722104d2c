using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Holdfast.Objects.S3;
using Holdfast.Testing.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Holdfast.Tests.Objects.S3;

public sealed class PromptStreamTests
{
    /// <summary>What Linux does with a connection that asks and is answered, unless it is told otherwise after each request.</summary>
    [Fact]
    public async Task Answers_are_acknowledged_at_once_however_many_there_were()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication server = builder.Build();
        server.Run(http => http.Response.WriteAsync("answer"));
        await server.StartAsync();

        // Only while requests follow soon after one another; so one is seen that is not quick, before ours must be.
        await Eventually.HoldsAsync(
            "acknowledgements of an ordinary connection to be put off",
            async () => !await IsQuickAfterAsync(ConnectOrdinarilyAsync)
        );
        Assert.True(await IsQuickAfterAsync(PromptStream.ConnectAsync));

        static async ValueTask<Stream> ConnectOrdinarilyAsync(
            SocketsHttpConnectionContext context,
            CancellationToken token
        )
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        }

        async Task<bool> IsQuickAfterAsync(
            Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect
        )
        {
            NetworkStream? stream = null;
            using SocketsHttpHandler handler = new()
            {
                ConnectCallback = async (context, token) => stream = (NetworkStream)await connect(context, token),
            };
            using HttpClient client = new(handler) { BaseAddress = new Uri(server.Urls.First()) };
            for (int request = 0; request < 20; request++)
            {
                Assert.Equal("answer", await client.GetStringAsync("/"));
            }
            Span<byte> option = stackalloc byte[sizeof(int)];
            stream!.Socket.GetRawSocketOption(6, 12, option);
            return MemoryMarshal.Read<int>(option) != 0;
        }
    }
}
