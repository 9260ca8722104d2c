using System.CommandLine;
using System.Text.Json.Serialization;
using Holdfast.Engine;

namespace Holdfast.Cli.Repo;

/// <summary><c>repo init</c>: makes an empty repository.</summary>
internal static class InitVerb
{
    public static Command Create()
    {
        var command = new Command("init", "Make a new repository.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        Output output = Output.Of(parsed);
        string location = RepoLocation.Read(parsed);
        await using Repository repository = await Repository.InitAsync(
            RepoLocation.Open(location),
            RepoPassword.Read(parsed),
            new RepositoryOptions(),
            stop
        );
        output.Object(new InitializedObject(repository.Id, location));
        output.Line($"created repository {repository.Id[..10]} at {location}");
        output.Note("Keep its password: without it nothing in the repository can ever be read again.");
        return ExitCode.Ok;
    }

    private sealed record InitializedObject(string Id, string Repository)
    {
        [JsonPropertyOrder(-1)]
        public string MessageType => "initialized";
    }
}
