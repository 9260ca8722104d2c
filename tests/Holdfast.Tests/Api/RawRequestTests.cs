using System.Text;
using Xunit;

namespace Holdfast.Tests.Api;

/// <summary>What is no HTTP, or lies about itself: refused as the client's mistake, and the server goes on.</summary>
public sealed class RawRequestTests : IAsyncLifetime
{
    private const string Good = "X-Auth-Token: member\r\nX-OpenStack-Manila-API-Version: 2.91\r\n";
    private const string Json = Good + "Content-Type: application/json\r\n";

    private ManilaWorld world = null!;

    public async ValueTask InitializeAsync() => world = await ManilaWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    // What it is, the status due (0: it is no whole request, so there need be no answer), and the bytes, one a character.
    public static TheoryData<string, int, string> Junk =>
        new()
        {
            { "nothing", 0, "" },
            { "an empty line", 0, "\r\n\r\n" },
            { "noise", 400, "\0\u0001\u0002\u00ff\u00fe\r\n\r\n" },
            { "TLS", 0, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" },
            { "HTTP/2's preface", 0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
            { "half a request line", 0, "GET /v2/shares" },
            { "no version", 505, "GET /v2/shares\r\n\r\n" },
            { "no target", 400, "GET  HTTP/1.1\r\nHost: x\r\n\r\n" },
            { "an unknown method", 404, $"FROB /v2/shares HTTP/1.1\r\nHost: x\r\n{Good}Connection: close\r\n\r\n" },
            { "a method that is none", 400, "G(T /v2/shares HTTP/1.1\r\nHost: x\r\n\r\n" },
            { "raw bytes in the target", 400, $"GET /v2/shares/\u00ff\u00fe HTTP/1.1\r\nHost: x\r\n{Good}\r\n" },
            { "NUL in the target", 400, $"GET /v2/shares/%00 HTTP/1.1\r\nHost: x\r\n{Good}\r\n" },
            { "a target that is too long", 414, $"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: x\r\n\r\n" },
            { "no host", 400, $"GET /v2/shares HTTP/1.1\r\n{Good}\r\n" },
            { "two hosts", 400, $"GET /v2/shares HTTP/1.1\r\nHost: x\r\nHost: y\r\n{Good}\r\n" },
            { "a head without end", 0, $"GET /v2/shares HTTP/1.1\r\nHost: x\r\n{Good}X-Half" },
            { "a header that is none", 400, "GET /v2/shares HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n" },
            { "a header without a name", 400, "GET /v2/shares HTTP/1.1\r\nHost: x\r\n: value\r\n\r\n" },
            { "a control character", 400, "GET /v2/shares HTTP/1.1\r\nHost: x\r\nX-Auth-Token: a\u0000b\r\n\r\n" },
            { "a folded header", 400, "GET /v2/shares HTTP/1.1\r\nHost: x\r\nX-Auth-Token: a\r\n b\r\n\r\n" },
            { "a head that is too long", 431, $"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n" },
            {
                "too many headers",
                431,
                $"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: y\r\n"))}\r\n"
            },
            {
                "a length that is no number",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: x\r\n\r\n"
            },
            { "a negative length", 400, $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: -1\r\n\r\n" },
            {
                "two lengths",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"
            },
            { "less than announced", 0, $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 500\r\n\r\n{{" },
            {
                "more than announced",
                422,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 2\r\n\r\n{{}}junk"
            },
            {
                "more than is allowed",
                413,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 99999999999\r\n\r\n{{}}"
            },
            {
                "a chunk without a length",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n"
            },
            {
                "a chunk cut short",
                0,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Transfer-Encoding: chunked\r\n\r\nff\r\n{{}}"
            },
            {
                "a chunk beyond every number",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n{{}}"
            },
            {
                "a length and chunks",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            },
            {
                "an encoding that is none",
                400,
                $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Transfer-Encoding: frob\r\n\r\n{{}}"
            },
        };

    [Theory]
    [MemberData(nameof(Junk))]
    public async Task Junk_is_refused_and_the_next_request_served(string what, int status, string request)
    {
        RawReply? reply = await RawHttp.ExchangeAsync(
            world.Host.Address,
            Encoding.Latin1.GetBytes(request),
            TestContext.Current.CancellationToken,
            hangUp: status == 0
        );

        // Who hung up is told 400 if anything.
        Assert.True(
            status == 0 ? reply is null or { Status: 400 } : reply?.Status == status,
            $"{what}: {reply?.Status}"
        );
        Assert.Equal(200, (await world.Host.SendAsync("GET", "/v2/shares")).Code);
    }

    [Fact]
    public async Task A_client_that_hangs_up_in_the_middle_of_its_body_harms_nobody()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        for (int i = 0; i < 20; i++)
        {
            using System.Net.Sockets.Socket socket = new(
                System.Net.Sockets.SocketType.Stream,
                System.Net.Sockets.ProtocolType.Tcp
            );
            await socket.ConnectAsync(world.Host.Address.Host, world.Host.Address.Port, stop);
            string request = $"POST /v2/shares HTTP/1.1\r\nHost: x\r\n{Json}Content-Length: 500\r\n\r\n{{";
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), stop);
            // With a reset, not a farewell.
            socket.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }

        Assert.Equal(200, (await world.Host.SendAsync("GET", "/v2/shares")).Code);
        Assert.Empty(world.Host.Errors);
    }

    [Theory]
    [InlineData("/v2/Share-Backups")]
    [InlineData("/V2/share-backups")]
    [InlineData("/v2/share-backups/Detail/edit/x")]
    [InlineData("/v2/share-backups//")]
    [InlineData("/v2//share-backups")]
    [InlineData("//v2/share-backups")]
    [InlineData("/v2/share-backups/x/")]
    [InlineData("/v2/share-backups/x/.json")]
    [InlineData("/v2/shares/x/Action")]
    [InlineData("/v2/0123456789ABCDEF0123456789ABCDEF/share-backups")]
    [InlineData("/v2/share%2Dbackups%2Fdetail")]
    [InlineData("/Healthcheck/")]
    public async Task A_path_that_differs_by_a_letters_case_or_a_slash_is_not_routed(string path)
    {
        RawReply reply = await GetAsync(path);

        Assert.Equal(404, reply.Status);
        Assert.Null(reply.Header("X-OpenStack-Manila-API-Version"));
    }

    [Theory]
    [InlineData("/v2/share-backups/Detail", 404)]
    [InlineData("/v2/share-backups/a%2Fb", 404)]
    [InlineData("/v2/share-backups/%2e%2e", 200)]
    [InlineData("/v2/share-backups/detail.json", 200)]
    [InlineData("/v2/share-backups.json", 200)]
    [InlineData("/v2/share%2Dbackups", 200)]
    [InlineData("/v2/shares/../share-backups", 200)]
    [InlineData("http://elsewhere.example/v2/share-backups", 200)]
    public async Task A_path_is_read_once_and_only_slashes_part_it(string path, int status)
    {
        RawReply reply = await GetAsync(path);

        Assert.Equal(status, reply.Status);
        Assert.Equal("2.91", reply.Header("X-OpenStack-Manila-API-Version"));
    }

    private async Task<RawReply> GetAsync(string path)
    {
        string request =
            $"GET {path} HTTP/1.1\r\nHost: {(path.StartsWith("http", StringComparison.Ordinal) ? "elsewhere.example" : "x")}\r\n"
            + $"{Good}X-OpenStack-Manila-API-Experimental: true\r\nConnection: close\r\n\r\n";
        RawReply? reply = await RawHttp.ExchangeAsync(
            world.Host.Address,
            Encoding.Latin1.GetBytes(request),
            TestContext.Current.CancellationToken
        );
        return reply!;
    }
}
