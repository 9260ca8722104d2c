using System.Buffers;
using System.Text;

namespace Holdfast.Engine.Names;

/// <summary>
/// What a name is searched for: a part of it, or the whole with the shell's wildcards <c>*</c>, <c>?</c> and <c>[a-z]</c>.
/// ASCII letters match without case. Matching takes at most the name's length times the pattern's.
/// </summary>
/// <remarks>
/// A set stands for one character, as <c>?</c> does; its own characters are ASCII. <c>[!a]</c> and <c>[^a]</c> are all others,
/// and a bracket that stands first, <c>[]a]</c>, is one of the set.
/// </remarks>
public sealed class NamePattern
{
    /// <summary>Bytes.</summary>
    public const int Longest = 255;

    // Elements: a byte itself, in lower case; one of these; or from FirstSet on the number of a set.
    private const int One = 256;
    private const int Any = 257;
    private const int FirstSet = 258;

    private readonly int[] elements;

    /// <summary>Of each set, whether a character that begins with the byte is in it.</summary>
    private readonly List<bool[]> sets = [];

    /// <summary>How many bytes at least the elements from there on take.</summary>
    private readonly int[] least;

    private readonly bool isPart;

    /// <summary>The longest part without wildcards: a name that lacks it, as nearly all do, need not be looked at any closer.</summary>
    private readonly byte[] essential;

    /// <param name="text">A set that is not closed, <c>[a</c>, is taken as it stands.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>: it is empty, too long, or no name can match it.</exception>
    public NamePattern(string text)
    {
        byte[] pattern = Encoding.UTF8.GetBytes(text);
        if (pattern.Length is 0 or > Longest || pattern.AsSpan().ContainsAny((byte)'/', (byte)0))
        {
            throw Invalid($"A name to search for has 1 to {Longest} bytes, and neither a slash nor a zero among them.");
        }
        List<int> read = [];
        ReadOnlySpan<byte> rest = pattern;
        while (!rest.IsEmpty)
        {
            ReadNext(ref rest, read);
        }
        elements = [.. read];
        least = new int[elements.Length + 1];
        for (int index = elements.Length - 1; index >= 0; index--)
        {
            least[index] = least[index + 1] + (elements[index] == Any ? 0 : 1);
        }
        isPart = elements.All(IsPlain);
        essential = Essential();
    }

    public bool Matches(ReadOnlySpan<byte> name) =>
        name.Length >= least[0] && Contains(name, essential) && (isPart || MatchesWhole(name));

    private static bool IsPlain(int element) => element < One;

    private void ReadNext(ref ReadOnlySpan<byte> rest, List<int> into)
    {
        byte first = rest[0];
        int length = 1;
        if (first == '*')
        {
            // Two in a row are one.
            if (into is not [.., Any])
            {
                into.Add(Any);
            }
        }
        else if (first == '[' && LengthOfSet(rest) is > 0 and int closed)
        {
            length = closed;
            into.Add(FirstSet + sets.Count);
            sets.Add(SetOf(rest[1..(closed - 1)]));
        }
        else
        {
            into.Add(first == '?' ? One : Lower(first));
        }
        rest = rest[length..];
    }

    /// <returns>With its brackets; 0 when it is not closed.</returns>
    private static int LengthOfSet(ReadOnlySpan<byte> text)
    {
        // Behind the bracket, what turns the set round, and the first of it, which may be a bracket too.
        int from = text is [_, (byte)'!' or (byte)'^', ..] ? 3 : 2;
        int close = from < text.Length ? text[from..].IndexOf((byte)']') : -1;
        return close < 0 ? 0 : from + close + 1;
    }

    private static bool[] SetOf(ReadOnlySpan<byte> text)
    {
        if (!Ascii.IsValid(text))
        {
            throw Invalid("A set like [a-z] in a name to search for has ASCII characters alone.");
        }
        bool not = text[0] is (byte)'!' or (byte)'^';
        text = not ? text[1..] : text;
        bool[] set = new bool[256];
        for (int index = 0; index < text.Length; index++)
        {
            bool isRange = index + 2 < text.Length && text[index + 1] == '-';
            int last = isRange ? text[index + 2] : text[index];
            for (int letter = text[index]; letter <= last; letter++)
            {
                set[letter] = true;
            }
            index += isRange ? 2 : 0;
        }
        for (int upper = 'A'; upper <= 'Z'; upper++)
        {
            set[upper] = set[upper + 32] = set[upper] || set[upper + 32];
        }
        return [.. set.Select(has => has != not)];
    }

    /// <returns>Empty when there is none.</returns>
    private byte[] Essential()
    {
        List<byte> longest = [];
        List<byte> plain = [];
        foreach (int element in elements)
        {
            if (!IsPlain(element))
            {
                plain = [];
                continue;
            }
            plain.Add((byte)element);
            longest = plain.Count > longest.Count ? plain : longest;
        }
        return [.. longest];
    }

    private static bool Contains(ReadOnlySpan<byte> name, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return true;
        }
        byte first = part[0];
        byte upper = first is >= (byte)'a' and <= (byte)'z' ? (byte)(first - 32) : first;
        while (name.Length >= part.Length)
        {
            int start = name[..(name.Length - part.Length + 1)].IndexOfAny(first, upper);
            if (start < 0)
            {
                return false;
            }
            name = name[start..];
            int same = 1;
            while (same < part.Length && Lower(name[same]) == part[same])
            {
                same++;
            }
            if (same == part.Length)
            {
                return true;
            }
            name = name[1..];
        }
        return false;
    }

    /// <summary>Goes back to the last star alone: what an earlier one could take, the last one can too.</summary>
    private bool MatchesWhole(ReadOnlySpan<byte> name)
    {
        int at = 0;
        int star = -1;
        ReadOnlySpan<byte> rest = name;
        ReadOnlySpan<byte> behindStar = [];
        while (!rest.IsEmpty)
        {
            if (at < elements.Length && elements[at] == Any)
            {
                star = ++at;
                behindStar = rest;
                if (star == elements.Length)
                {
                    return true;
                }
            }
            else if (at < elements.Length && Takes(elements[at], rest) is > 0 and int length)
            {
                at++;
                rest = rest[length..];
            }
            else if (star < 0)
            {
                return false;
            }
            else
            {
                at = star;
                rest = behindStar = behindStar[LengthOfFirst(behindStar)..];
            }
            if (rest.Length < least[at])
            {
                return false;
            }
        }
        return least[at] == 0;
    }

    /// <returns>How many of the bytes the element takes; 0 when it does not match them.</returns>
    private int Takes(int element, ReadOnlySpan<byte> rest) =>
        IsPlain(element) ? (Lower(rest[0]) == element ? 1 : 0)
        : element == One || sets[element - FirstSet][rest[0]] ? LengthOfFirst(rest)
        : 0;

    /// <summary>Of a character. A byte that is no text is one by itself.</summary>
    private static int LengthOfFirst(ReadOnlySpan<byte> rest) =>
        rest[0] >= 0x80 && Rune.DecodeFromUtf8(rest, out _, out int length) == OperationStatus.Done ? length : 1;

    private static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter + 32) : letter;

    private static EngineError Invalid(string message) => new(EngineErrorKind.Invalid, temporary: false, message);
}
