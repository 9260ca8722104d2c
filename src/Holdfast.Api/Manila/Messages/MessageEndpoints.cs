using System.Globalization;
using Holdfast.Core.Model;
using Holdfast.Core.Services;

namespace Holdfast.Api.Manila.Messages;

/// <summary>Manila's user messages: why something that was accepted did not happen, or not wholly.</summary>
internal static class MessageEndpoints
{
    private static readonly Microversion Since = new(2, 37);
    private static readonly Microversion WithTimes = new(2, 52);

    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("messages", Since).On("GET", ListAsync),
        new ManilaResource("messages/{id}", Since).On("GET", ShowAsync).On("DELETE", DeleteAsync),
    ];

    private static async Task ListAsync(ManilaRequest request)
    {
        MessageService messages = request.Service<MessageService>();
        messages.Require(request.Caller, "message:get_all");
        QueryParameters query = request.Query;
        Page page = query.Page();
        IAsyncEnumerable<Message> rows = await messages.ListAsync(
            request.Caller,
            new MessageQuery
            {
                RequestId = query["request_id"],
                ResourceType = query["resource_type"],
                ResourceId = query["resource_id"],
                ActionId = query["action_id"],
                DetailId = query["detail_id"],
                MessageLevel = query["message_level"],
                CreatedSince = Time(request, "created_since"),
                CreatedBefore = Time(request, "created_before"),
                Page = page,
            },
            request.Aborted
        );
        await request.ReplyListAsync(
            "messages",
            "messages_links",
            "messages",
            rows,
            page.Limit,
            static message => message.Id,
            MessageView.Detail
        );
    }

    private static async Task ShowAsync(ManilaRequest request) =>
        await request.ReplyAsync(
            200,
            "message",
            await request.Service<MessageService>().GetAsync(request.Caller, request.Id, request.Aborted),
            MessageView.Detail
        );

    private static async Task DeleteAsync(ManilaRequest request)
    {
        await request.Service<MessageService>().DeleteAsync(request.Caller, request.Id, request.Aborted);
        request.NoContent();
    }

    /// <summary>A time without a zone is UTC. Ignored, as any unknown parameter, before the version that brought it.</summary>
    private static DateTimeOffset? Time(ManilaRequest request, string name)
    {
        if (request.Version < WithTimes || request.Query[name] is not { } text)
        {
            return null;
        }
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return
            text.Length > 0
            && char.IsAsciiDigit(text[0])
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out DateTimeOffset time)
            ? time
            : throw Fault.BadRequest($"Invalid value specified for the query key: {name}");
    }
}
