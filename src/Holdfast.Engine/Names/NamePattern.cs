using System.Text;

namespace Holdfast.Engine.Names;

/// <summary>
/// What a name is searched for: a part of it, or the whole with the shell's wildcards <c>*</c>, <c>?</c> and <c>[a-z]</c>.
/// ASCII letters match without case. Matching takes at most the name's length times the pattern's.
/// </summary>
public sealed class NamePattern
{
    /// <summary>Bytes.</summary>
    public const int Longest = 255;

    private const byte Any = (byte)'*';
    private const byte One = (byte)'?';
    private const byte Set = (byte)'[';

    private readonly byte[] pattern;
    private readonly bool isPart;

    /// <summary>The longest part without wildcards: a name that lacks it, as nearly all do, need not be looked at any closer.</summary>
    private readonly byte[] essential;

    /// <param name="text">A set that is not closed, <c>[a</c>, is taken as it stands.</param>
    /// <exception cref="EngineError"><see cref="EngineErrorKind.Invalid"/>: it is empty, too long, or no name can match it.</exception>
    public NamePattern(string text)
    {
        pattern = Encoding.UTF8.GetBytes(text);
        if (pattern.Length is 0 or > Longest || pattern.AsSpan().ContainsAny((byte)'/', (byte)0))
        {
            throw new EngineError(
                EngineErrorKind.Invalid,
                temporary: false,
                $"A name to search for has 1 to {Longest} bytes, and neither a slash nor a zero among them."
            );
        }
        isPart = !pattern.AsSpan().ContainsAny(Any, One, Set);
        for (int index = 0; index < pattern.Length; index++)
        {
            pattern[index] = Lower(pattern[index]);
        }
        essential = Essential(pattern);
    }

    public bool Matches(ReadOnlySpan<byte> name) => Contains(name, essential) && (isPart || MatchesWhole(name));

    /// <returns>Empty when there is none. What stands behind a bracket may be in a set.</returns>
    private static byte[] Essential(ReadOnlySpan<byte> pattern)
    {
        int bracket = pattern.IndexOf(Set);
        ReadOnlySpan<byte> plain = bracket < 0 ? pattern : pattern[..bracket];
        ReadOnlySpan<byte> longest = [];
        foreach (Range range in plain.SplitAny(Any, One))
        {
            longest = plain[range].Length > longest.Length ? plain[range] : longest;
        }
        return longest.ToArray();
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
        int inName = 0;
        int star = -1;
        int taken = 0;
        while (inName < name.Length)
        {
            if (at < pattern.Length && pattern[at] == Any)
            {
                star = at++;
                taken = inName;
            }
            else if (at < pattern.Length && TryMatchOne(name, inName, at, out int nextInName, out int next))
            {
                inName = nextInName;
                at = next;
            }
            else if (star >= 0)
            {
                at = star + 1;
                inName = ++taken;
            }
            else
            {
                return false;
            }
        }
        while (at < pattern.Length && pattern[at] == Any)
        {
            at++;
        }
        return at == pattern.Length;
    }

    /// <summary>One letter of the name by what stands in the pattern.</summary>
    private bool TryMatchOne(ReadOnlySpan<byte> name, int inName, int at, out int nextInName, out int next)
    {
        nextInName = inName + 1;
        next = at + 1;
        byte letter = Lower(name[inName]);
        if (pattern[at] == One)
        {
            _ = Rune.DecodeFromUtf8(name[inName..], out _, out int length);
            nextInName = inName + length;
            return true;
        }
        // A bracket that stands first in a set is one of it.
        int close = pattern[at] == Set && at + 2 < pattern.Length ? pattern.AsSpan(at + 2).IndexOf((byte)']') : -1;
        if (close < 0)
        {
            return pattern[at] == letter;
        }
        int end = at + 2 + close;
        next = end + 1;
        return IsInSet(pattern.AsSpan((at + 1)..end), letter);
    }

    private static bool IsInSet(ReadOnlySpan<byte> set, byte letter)
    {
        bool not = set[0] is (byte)'!' or (byte)'^';
        set = not ? set[1..] : set;
        bool found = false;
        for (int index = 0; index < set.Length; index++)
        {
            if (index + 2 < set.Length && set[index + 1] == '-')
            {
                found |= letter >= set[index] && letter <= set[index + 2];
                index += 2;
            }
            else
            {
                found |= letter == set[index];
            }
        }
        return found != not;
    }

    private static byte Lower(byte letter) => letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter + 32) : letter;
}
