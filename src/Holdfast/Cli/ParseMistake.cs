using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Holdfast.Cli.Policies;
using Holdfast.Core.Access.Policies;

namespace Holdfast.Cli;

/// <summary>Arguments that make no sense: what is wrong, what was likely meant, and where the right ones are listed.</summary>
internal static class ParseMistake
{
    /// <returns>Null where the arguments make sense, or lack a verb: help is the answer to that.</returns>
    public static CommandError? Of(ParseResult parsed)
    {
        string name = Name(parsed.CommandResult);
        bool mistaken = parsed.Action is ParseErrorAction;
        if (!mistaken && parsed.Action != parsed.CommandResult.Command.Action)
        {
            // Help, the version, or what a shell asks.
            return null;
        }
        string? message =
            SwallowedOption(parsed) is { } option ? Unknown(parsed, name, option)
            : mistaken ? Message(parsed, name)
            : null;
        return message is null
            ? null
            : new CommandError(
                PolicyCheckVerb.Is(parsed) ? ExitCode.Undecided : ExitCode.Failed,
                message,
                $"{name} --help lists what there is."
            );
    }

    private static string? Message(ParseResult parsed, string name)
    {
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            return Unknown(parsed, name, word);
        }
        if (parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            return CommonOptions.WantsJson(parsed) ? $"'{name}' needs a verb" : null;
        }
        return string.Join(' ', parsed.Errors.Select(error => OneLine(error.Message)).Distinct(StringComparer.Ordinal));
    }

    /// <summary>An option that is none, and that the parser takes for an argument. Who means one says so with <c>--</c>.</summary>
    private static string? SwallowedOption(ParseResult parsed)
    {
        IEnumerable<Token> before = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash);
        return parsed
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.Length > 1 && token.Value[0] == '-' && before.Contains(token))
            .Select(token => token.Value)
            .FirstOrDefault();
    }

    private static string OneLine(string message) =>
        string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Unknown(ParseResult parsed, string name, string word)
    {
        Command command = parsed.CommandResult.Command;
        bool option = word.StartsWith('-');
        IEnumerable<Symbol> known = option || command.Subcommands.Count == 0 ? Options(parsed) : command.Subcommands;
        string what =
            option ? "option"
            : command.Subcommands.Count > 0 ? "verb"
            : "argument";
        string hint = what == "argument" ? "" : Nearest.Hint(word, known.Where(one => !one.Hidden).SelectMany(Names));
        return $"'{name}' has no {what} '{word}'{hint}";
    }

    /// <summary>Those of the verb, and those of the verbs above it that are its too.</summary>
    private static IEnumerable<Option> Options(ParseResult parsed)
    {
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult above)
            {
                bool own = at == parsed.CommandResult;
                foreach (Option option in above.Command.Options.Where(one => own || one.Recursive))
                {
                    yield return option;
                }
            }
        }
    }

    private static IEnumerable<string> Names(Symbol symbol) =>
        symbol switch
        {
            Option option => [option.Name, .. option.Aliases],
            Command command => [command.Name, .. command.Aliases],
            _ => [symbol.Name],
        };

    /// <summary>With the verbs before it, as it is typed.</summary>
    private static string Name(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Name(parent)} {result.Command.Name}" : "holdfast";
}
