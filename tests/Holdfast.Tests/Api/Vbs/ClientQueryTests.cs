using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Core.Model;
using Xunit;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>The requests that the SDKs in use send, as they were captured (<c>client-queries.json</c>).</summary>
public sealed class ClientQueryTests : VbsTests
{
    [Fact]
    public async Task Every_sharing_request_of_the_clients_is_served()
    {
        JsonNode captured = Sample("client-queries");
        List<string> answers = [];
        foreach (JsonNode? request in captured["requests"]!.AsArray())
        {
            string target = Text(request, "target")!;
            if (!target.StartsWith("os-vendor-backup-sharing", StringComparison.Ordinal))
            {
                continue;
            }
            Backup backup = await AddBackupAsync();
            Sharing sharing = await World.AddSharingAsync(backup, Recipient);
            using HttpRequestMessage message = new(
                new HttpMethod(Text(request, "method")!),
                $"/v2/{Owner}/{target.Replace("{backup_id}", backup.Id).Replace("{share_id}", sharing.Id)}"
            );
            foreach ((string name, JsonNode? value) in captured["headers_all"]!.AsObject())
            {
                message.Headers.TryAddWithoutValidation(
                    name,
                    name == "X-Auth-Token" ? Owner : value!.GetValue<string>()
                );
            }
            if (request!["body"] is { } body)
            {
                // Their encoder ends a document with a line's end.
                string text = body.ToJsonString().Replace("\"b\"", $"\"{backup.Id}\"") + "\n";
                text = text.Replace("\"p1\"", $"\"{Recipient}\"").Replace("\"p2\"", $"\"{Third}\"");
                message.Content = new StringContent(text, Encoding.UTF8, "application/json");
            }
            using HttpResponseMessage reply = await Host.Client.SendAsync(
                message,
                TestContext.Current.CancellationToken
            );
            answers.Add($"{Text(request, "id")} {(int)reply.StatusCode}");
        }
        Assert.Equal(
            [
                "list-full 200",
                "list-empty 200",
                "list-limit 200",
                "list-terraform 200",
                "get 200",
                "create 200",
                "create-empty-projects 400",
                "delete-all-of-backup 200",
                "delete-one 200",
            ],
            answers
        );
    }

    [Fact]
    public async Task Policies_are_refused_as_not_served()
    {
        JsonNode request = Sample("client-queries")["requests"]!
            .AsArray()
            .Single(one => Text(one, "id") == "policy-create")!;
        Answer answer = await Host.SendAsync(
            "POST",
            $"/v2/{Owner}/{Text(request, "target")}",
            request["body"]!.ToJsonString(),
            Owner
        );
        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Equal(
            """{"error":{"message":"Backup policies are not served here.","code":"AutoBackup.0222"}}""",
            answer.Text
        );
    }

    [Fact]
    public async Task A_list_by_a_backup_that_is_gone_is_empty_and_no_error()
    {
        Answer answer = await SendAsync("GET", $"/detail?backup_id={Guid.NewGuid()}");
        Assert.Equal((200, """{"shared":[]}"""), (answer.Code, answer.Text));
    }
}
