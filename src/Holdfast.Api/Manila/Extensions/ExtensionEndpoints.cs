namespace Holdfast.Api.Manila.Extensions;

/// <summary>Manila has none either, and asks for no permission to say so.</summary>
internal static class ExtensionEndpoints
{
    public static readonly ManilaResource[] Resources =
    [
        new ManilaResource("extensions").On("GET", ListAsync),
        new ManilaResource("extensions/{id}").On("GET", _ => throw Fault.NotFound()),
    ];

    private static Task ListAsync(ManilaRequest request) =>
        request.ReplyAsync(
            200,
            "extensions",
            true,
            static (writer, _, _) =>
            {
                writer.WriteStartArray();
                writer.WriteEndArray();
            }
        );
}
