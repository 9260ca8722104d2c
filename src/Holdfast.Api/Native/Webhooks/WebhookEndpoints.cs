using System.Text.Json;
using Holdfast.Api.Manila;
using Holdfast.Core.Model;
using Holdfast.Core.Services;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Native.Webhooks;

/// <summary>Who is told what happened.</summary>
internal static class WebhookEndpoints
{
    public static readonly NativeRoute[] Routes =
    [
        new NativeRoute("webhooks").Get(ListAsync).Post(CreateAsync),
        new NativeRoute("webhooks/{id}").Get(ShowAsync).Patch(UpdateAsync).Delete(DeleteAsync),
        new NativeRoute("webhooks/{id}/test").Post(TestAsync),
    ];

    private static async Task ListAsync(NativeRequest request)
    {
        WebhookService webhooks = request.Service<WebhookService>();
        webhooks.Require(request.Caller, "webhook:get_all");
        WebhookQuery query = new()
        {
            AllProjects = request.Flag("all_projects"),
            Limit = request.Limit(),
            After = request.After(),
        };
        RowList<Webhook> list = await webhooks.ListAsync(request.Caller, query, request.Aborted);
        string? next = list.More ? Cursor.Of(list.Rows[^1].CreatedAt, list.Rows[^1].Id) : null;
        await request.ReplyListAsync("webhooks", list.Rows, next, WebhookView.Write);
    }

    private static async Task ShowAsync(NativeRequest request)
    {
        Webhook webhook = await request.Service<WebhookService>().GetAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, webhook, WebhookView.Write);
    }

    private static async Task CreateAsync(NativeRequest request)
    {
        WebhookService webhooks = request.Service<WebhookService>();
        webhooks.Require(request.Caller, "webhook:create");
        JsonElement body = await request.BodyAsync();
        NewWebhook asked = new(
            body.RequiredText("url", WebhookService.LongestUrl),
            body.OptionalTexts("events") ?? [],
            body.OptionalFlag("all_projects") ?? false
        );
        (Webhook made, string secret) = await webhooks.CreateAsync(request.Caller, asked, request.Aborted);
        await request.ReplyAsync(
            StatusCodes.Status201Created,
            made,
            (writer, webhook, caller) => WebhookView.WriteWithSecret(writer, webhook, secret)
        );
    }

    private static async Task UpdateAsync(NativeRequest request)
    {
        WebhookService webhooks = request.Service<WebhookService>();
        webhooks.Require(request.Caller, "webhook:update");
        JsonElement body = await request.BodyAsync();
        WebhookChange change = new(
            body.OptionalText("url", WebhookService.LongestUrl),
            body.OptionalTexts("events"),
            body.OptionalFlag("enabled")
        );
        Webhook webhook = await webhooks.UpdateAsync(request.Caller, request.Id, change, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status200OK, webhook, WebhookView.Write);
    }

    private static async Task DeleteAsync(NativeRequest request)
    {
        await request.Service<WebhookService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }

    private static async Task TestAsync(NativeRequest request)
    {
        Webhook webhook = await request
            .Service<WebhookService>()
            .TestAsync(request.Caller, request.Id, request.Aborted);
        await request.ReplyAsync(StatusCodes.Status202Accepted, webhook, WebhookView.Write);
    }
}
