using System.Net;
using System.Text.Json.Nodes;
using Holdfast.SystemTests.Server;
using Holdfast.Testing.Keystone;
using Holdfast.Testing.Processes;
using Xunit;

namespace Holdfast.SystemTests;

/// <summary>The executable with a real Keystone, registered there as the operator's page says.</summary>
public sealed class KeystoneTests(KeystoneCloud cloud) : IClassFixture<KeystoneCloud>, IDisposable
{
    private const string Password = "a tenant's secret";

    private readonly KeystoneServer keystone = cloud.Keystone;
    private readonly HoldfastServer server = cloud.Holdfast;
    private readonly HttpClient http = new() { BaseAddress = cloud.Holdfast.Url };

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task ATenantOfKeystonesMakesSharesAndBackupsAndTheStockClientSeesThem()
    {
        string project = await MakeTenantAsync("maker", "member");
        string token = await SignInAsync("maker");
        await WaitForAsync(token, HttpStatusCode.OK);
        using Tenant tenant = new(OpenStackSession.With(server.Url, token, project), "maker", Password);
        Share share = await tenant.CreateShareAsync();
        await File.WriteAllTextAsync(Path.Combine(share.Directory, "file"), "content");
        string backup = await tenant.BackUpAsync(share);

        Assert.Equal(share.Id, (await tenant.ShowBackupAsync(backup))["share_id"]!.GetValue<string>());
        Assert.Equal([backup], (await tenant.BackupStatesAsync()).Keys);
        StockClient client = new(server, "maker", Password) { Identity = keystone.Url };
        Assert.Equal(project, (await client.AskAsync("token", "issue"))["project_id"]!.ToString());
        Assert.Equal(
            [share.Id],
            (await client.AskAsync("share", "list")).AsArray().Select(row => row!["ID"]!.ToString())
        );

        Assert.False(File.Exists(Path.Combine(server.DataDirectory, "admin-openrc")));
        using HttpResponseMessage refused = await AskAsync("/identity/v3");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal($"Keystone uri=\"{keystone.Url}\"", refused.Headers.WwwAuthenticate.ToString());
        using HttpResponseMessage absent = await AskAsync("/identity/v3", token);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Fact]
    public async Task RevokedAndExpiredTokensEndAndAServiceMayHandAnExpiredOneOn()
    {
        await MakeTenantAsync("leaver", "member");
        string token = await SignInAsync("leaver");
        await WaitForAsync(token, HttpStatusCode.OK);
        await keystone.Admin.RevokeTokenAsync(token);
        await WaitForAsync(token, HttpStatusCode.Unauthorized);

        await keystone.StopAsync();
        await keystone.StartAgainAsync(tokenLifetime: TimeSpan.FromSeconds(1));
        string expired = await SignInAsync("leaver");
        await keystone.StopAsync();
        await keystone.StartAgainAsync();
        await WaitForAsync(expired, HttpStatusCode.Unauthorized);

        string member = await SignInAsync("leaver");
        string service = await keystone.Admin.SignInAsync("holdfast", KeystoneCloud.ServicePassword, name: "service");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(expired, service));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(member, service));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(expired, member));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(member, member));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(member, "nobody's"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(null, service));
    }

    [Fact]
    public async Task WithKeystoneAwayTheAnswerIsToComeBackAndThenItWorks()
    {
        await MakeTenantAsync("waiter", "member");
        string token = await SignInAsync("waiter");
        await WaitForAsync(token, HttpStatusCode.OK);

        await keystone.StopAsync();
        await WaitForAsync(token, HttpStatusCode.ServiceUnavailable);
        using HttpResponseMessage away = await AskAsync("/v2/shares", token);
        JsonNode fault = JsonNode.Parse(await away.Content.ReadAsStringAsync())!;
        Assert.Equal(503, fault["serviceUnavailable"]!["code"]!.GetValue<int>());
        using HttpResponseMessage ready = await AskAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);

        await keystone.StartAgainAsync();
        await WaitForAsync(token, HttpStatusCode.OK);

        Assert.Contains("Keystone answers again", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(KeystoneCloud.ServicePassword, server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(token, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDoctorSaysWhatKeystoneRefusesAndThatItIsAway()
    {
        DoctorReport healthy = await DoctorReport.AskAsync(server);
        healthy.AssertHealthy();
        healthy.AssertOk("identity", "Keystone lets holdfast of project service");
        Assert.DoesNotContain(KeystoneCloud.ServicePassword, healthy.Text, StringComparison.Ordinal);

        (await DoctorReport.AskAsync(server, ("HOLDFAST_KEYSTONE__PASSWORD", "wr0ng"))).AssertMistake(
            "identity",
            "does not let holdfast"
        );
        (await DoctorReport.AskAsync(server, ("HOLDFAST_KEYSTONE__PROJECT", "none"))).AssertMistake(
            "identity",
            "does not let holdfast of project none"
        );
        await keystone.StopAsync();
        DoctorReport away = await DoctorReport.AskAsync(server);
        await keystone.StartAgainAsync();
        away.AssertMistake("identity", "cannot be asked");
    }

    [Fact]
    public async Task PeopleOfKeystonesSignInToTheDashboardAndOut()
    {
        string project = await MakeTenantAsync("person", "member");
        using HttpClient browser = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = server.Url,
        };
        string asked = await browser.GetStringAsync("/dashboard/sign-in");
        Assert.Contains("User domain", asked, StringComparison.Ordinal);
        using HttpResponseMessage wrong = await SendFormAsync(
            browser,
            "sign-in",
            null,
            ("user", "person"),
            ("domain", "default"),
            ("password", "not it")
        );
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);

        // The service's own user may be registered only by now.
        string token = await SignInAsync("person");
        await WaitForAsync(token, HttpStatusCode.OK);
        using HttpResponseMessage entered = await SendFormAsync(
            browser,
            "sign-in",
            null,
            ("user", "person"),
            ("domain", "Default"),
            ("password", Password)
        );
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        string session = SessionOf(entered);
        Assert.Equal(project, await ProjectOfAsync(session));
        string page = await PageAsync(browser, session);
        Assert.Contains("<strong>person</strong>", page, StringComparison.Ordinal);

        const string field = "name=\"form_token\" value=\"";
        int at = page.IndexOf(field, StringComparison.Ordinal) + field.Length;
        using HttpResponseMessage left = await SendFormAsync(
            browser,
            "sign-out",
            session,
            ("form_token", page[at..page.IndexOf('"', at)])
        );
        Assert.Equal("/dashboard/sign-in", left.Headers.Location!.OriginalString);
        // At once, whatever was remembered of it.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(session));
    }

    private async Task<string> ProjectOfAsync(string token)
    {
        using HttpResponseMessage reply = await AskAsync("/v2/limits", token);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        using OpenStackSession session = OpenStackSession.With(server.Url, token, "");
        Reply share = await session.PostAsync("/v2/shares", new { share = new { share_proto = "NFS", size = 1 } });
        return share["share"]["project_id"]!.GetValue<string>();
    }

    private static string SessionOf(HttpResponseMessage reply) =>
        reply.Headers.GetValues("Set-Cookie").Single().Split(';')[0]["holdfast_session=".Length..];

    private static async Task<string> PageAsync(HttpClient browser, string session)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/dashboard");
        request.Headers.Add("Cookie", $"holdfast_session={session}");
        using HttpResponseMessage reply = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return await reply.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendFormAsync(
        HttpClient browser,
        string page,
        string? session,
        params (string Name, string Value)[] fields
    )
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/dashboard/{page}")
        {
            Content = new FormUrlEncodedContent(fields.Select(one => KeyValuePair.Create(one.Name, one.Value))),
        };
        if (session is not null)
        {
            request.Headers.Add("Cookie", $"holdfast_session={session}");
        }
        return await browser.SendAsync(request);
    }

    /// <summary>A project and a user of one name.</summary>
    /// <returns>The project's id.</returns>
    private async Task<string> MakeTenantAsync(string name, string role)
    {
        string project = await keystone.Admin.MakeProjectAsync(name);
        string user = await keystone.Admin.MakeUserAsync(name, Password);
        await keystone.Admin.GrantAsync(project, user, role);
        return project;
    }

    private Task<string> SignInAsync(string name) => keystone.Admin.SignInAsync(name, Password, name: name);

    private Task WaitForAsync(string token, HttpStatusCode status) =>
        Eventually.HoldsAsync(
            $"an answer {(int)status}",
            async () => await StatusAsync(token) == status,
            TimeSpan.FromMinutes(2)
        );

    private async Task<HttpStatusCode> StatusAsync(string? token, string? service = null)
    {
        using HttpResponseMessage reply = await AskAsync("/v2/shares", token, service);
        return reply.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsync(string path, string? token = null, string? service = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Add("X-Auth-Token", token);
        }
        if (service is not null)
        {
            request.Headers.Add("X-Service-Token", service);
        }
        return await http.SendAsync(request);
    }
}
