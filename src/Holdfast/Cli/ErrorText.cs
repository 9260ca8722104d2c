using Holdfast.Core;
using Holdfast.Core.Access.Policies;
using Holdfast.Engine;

namespace Holdfast.Cli;

/// <summary>How a failed verb says so: one line and an advice for people, restic's <c>exit_error</c> object for programs.</summary>
internal static class ErrorText
{
    public static void Write(TextWriter output, Exception error, int exitCode, bool json)
    {
        (string message, string? advice) = exitCode == ExitCode.Interrupted ? ("interrupted", null) : Describe(error);
        if (json)
        {
            output.WriteLine(CliJson.Line(new ExitErrorObject(exitCode, message, advice)));
            return;
        }
        output.WriteLine($"holdfast: {Output.Plain(message)}");
        if (advice is not null)
        {
            output.WriteLine(Output.Plain(advice));
        }
    }

    public static (string Message, string? Advice) Describe(Exception error) =>
        error switch
        {
            CommandError command => (command.Message, command.Advice),
            EngineError engine => (engine.Message, engine.Advice),
            PolicyError policy => (
                policy.Message,
                "holdfast policy list --file tries a policy file before it is put in place."
            ),
            ServiceError service => (service.Detail ?? service.Message, null),
            IOException or UnauthorizedAccessException => (error.Message, null),
            // Not one of ours: a fault in the program, and whoever reports it needs the trace.
            _ => (error.ToString(), "This is a defect in Holdfast; please report it with the text above."),
        };
}
