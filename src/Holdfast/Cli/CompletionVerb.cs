using System.CommandLine;

namespace Holdfast.Cli;

/// <summary><c>holdfast completion bash</c>: prints what has bash complete verbs, options and their fixed values.</summary>
internal static class CompletionVerb
{
    // The program itself knows its words: the parser's [suggest] directive takes the line and the place of the cursor in it.
    // A word that the parser has no answer to is completed by bash, as a file's name.
    private const string Bash = """
        # bash completion for holdfast. To use it: source <(holdfast completion bash)
        _holdfast() {
            local program=${COMP_WORDS[0]/#\~/$HOME} word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} words
            # The words of the line without the program's own name, whatever path it was called by.
            line=${line#*"${COMP_WORDS[0]}"}
            line="holdfast$line"
            words=$("$program" "[suggest:${#line}]" "$line" 2>/dev/null)
            if [[ $word != -* ]]; then
                # Options are offered to whoever begins one.
                words=$(grep -v '^[-/]' <<<"$words")
            fi
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$words" -- "$word"))
        }
        complete -o default -F _holdfast holdfast
        """;

    public static Command Create()
    {
        Command bash = new("bash", "Print the script for bash: source <(holdfast completion bash)");
        bash.SetAction(_ =>
        {
            Console.Out.WriteLine(Bash);
            return ExitCode.Ok;
        });
        return new Command("completion", "Have a shell complete verbs, options and values.") { bash };
    }
}
