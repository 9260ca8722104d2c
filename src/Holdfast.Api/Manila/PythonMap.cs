using System.Globalization;
using System.Text;

namespace Holdfast.Api.Manila;

/// <summary>
/// A filter that is a map: Manila's clients send it as Python writes a dictionary, <c>{'key': 'value'}</c>. Whatever is
/// JSON with texts reads the same. Booleans and numbers are their text; anything else is 400.
/// </summary>
internal sealed class PythonMap
{
    /// <summary>A map of more is 400: each pair is a condition, and a database takes only so many.</summary>
    public const int MaxPairs = 256;

    private readonly string name;
    private readonly string text;
    private int at;

    private PythonMap(string name, string text) => (this.name, this.text) = (name, text);

    public static Dictionary<string, string> Read(string name, string text) => new PythonMap(name, text).Read();

    private Dictionary<string, string> Read()
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        Expect('{');
        while (!Take('}'))
        {
            string key = Text();
            Expect(':');
            map[key] = Value();
            if (map.Count > MaxPairs)
            {
                throw Fault.BadRequest($"The {name.Replace('_', ' ')} filter has more than {MaxPairs} pairs.");
            }
            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }
        SkipSpace();
        return at == text.Length ? map : throw Wrong();
    }

    private string Value()
    {
        SkipSpace();
        if (at < text.Length && (text[at] is '\'' or '"' || IsPrefix()))
        {
            return Text();
        }
        int from = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '.' or '-' or '+'))
        {
            at++;
        }
        string word = text[from..at];
        bool number = decimal.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        return number || word is "True" or "False" ? word : throw Wrong();
    }

    private string Text()
    {
        SkipSpace();
        at += IsPrefix() ? 1 : 0;
        char quote = at < text.Length && text[at] is '\'' or '"' ? text[at++] : throw Wrong();
        StringBuilder value = new();
        while (at < text.Length && text[at] != quote)
        {
            value.Append(text[at] == '\\' ? Escaped() : text[at++]);
        }
        at++;
        return at <= text.Length ? value.ToString() : throw Wrong();
    }

    private char Escaped()
    {
        at++;
        if (at >= text.Length)
        {
            throw Wrong();
        }
        char letter = text[at++];
        int digits = letter switch
        {
            'x' => 2,
            'u' => 4,
            _ => 0,
        };
        if (digits == 0)
        {
            return letter switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' or '\'' or '"' or '/' => letter,
                _ => throw Wrong(),
            };
        }
        bool read = ushort.TryParse(
            text.AsSpan(at, Math.Min(digits, text.Length - at)),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out ushort code
        );
        at += digits;
        // Half of a character has no UTF-8.
        return read && code > 0 && !char.IsSurrogate((char)code) ? (char)code : throw Wrong();
    }

    // u'text', as old clients write it.
    private bool IsPrefix() => at + 1 < text.Length && text[at] == 'u' && text[at + 1] is '\'' or '"';

    private bool Take(char wanted)
    {
        SkipSpace();
        if (at >= text.Length || text[at] != wanted)
        {
            return false;
        }
        at++;
        return true;
    }

    private void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Wrong();
        }
    }

    private void SkipSpace()
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r')
        {
            at++;
        }
    }

    private Fault Wrong() => Fault.BadRequest($"Wrong {name.Replace('_', ' ')} filter provided: {text}.");
}
