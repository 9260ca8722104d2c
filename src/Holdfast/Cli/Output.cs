using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Holdfast.Cli;

/// <summary>Where a verb's result goes: tables and sentences for people, or one JSON object a line for programs.</summary>
internal sealed class Output(bool json, bool quiet)
{
    /// <summary>A pipe has no width: nothing is wrapped or cut in it.</summary>
    private const int PipeWidth = 4096;

    private readonly Lazy<IAnsiConsole> console = new(MakeConsole);

    public static Output Of(ParseResult parsed) =>
        new(parsed.GetValue(CommonOptions.Json), parsed.GetValue(CommonOptions.Quiet));

    public bool Json => json;

    public bool Quiet => quiet;

    /// <summary>A sentence for people that is part of the result.</summary>
    public void Line(string text)
    {
        if (!json)
        {
            Console.Out.WriteLine(Plain(text));
        }
    }

    /// <summary>A sentence for people that can be missed.</summary>
    public void Note(string text)
    {
        if (!json && !quiet)
        {
            Console.Out.WriteLine(Plain(text));
        }
    }

    public void Object<T>(T value)
    {
        if (json)
        {
            Console.Out.WriteLine(CliJson.Line(value));
        }
    }

    /// <summary>One entry that could not be dealt with as it should: on standard error, an object of its own in JSON.</summary>
    public void Problem<T>(string text, T value)
    {
        if (json)
        {
            Console.Out.WriteLine(CliJson.Line(value));
        }
        else
        {
            Console.Error.WriteLine(Plain(text));
        }
    }

    public void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (json)
        {
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        foreach (string heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading)));
        }
        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Plain(cell))));
        }
        console.Value.Write(table);
    }

    /// <summary>
    /// Text that does not command the terminal, nor turn the line around: names and descriptions are whoever's. Lines stay lines.
    /// </summary>
    public static string Plain(string text) =>
        text.EnumerateRunes().Any(IsHidden)
            ? string.Concat(text.EnumerateRunes().Select(one => IsHidden(one) ? $"\\x{one.Value:X2}" : $"{one}"))
            : text;

    private static bool IsHidden(Rune one) =>
        one.Value != '\n'
        && Rune.GetUnicodeCategory(one)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    /// <summary>Bytes as people read them, with restic's units: 12.345 MiB.</summary>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.000} {units[unit]}");
    }

    /// <summary>Empty where there is none.</summary>
    public static string Time(DateTimeOffset? time) => time is { } value ? Time(value) : "";

    /// <summary>A time in the zone of whoever reads it, to the second.</summary>
    public static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static IAnsiConsole MakeConsole()
    {
        IAnsiConsole made = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            made.Profile.Width = PipeWidth;
        }
        return made;
    }
}
