using Holdfast.Engine.Trees;

namespace Holdfast.Cli.Repo;

/// <summary>Type and permissions of an entry as <c>ls -l</c> writes them, with restic's letters.</summary>
internal static class NodeMode
{
    // Go's os.FileMode bits, which the format stores.
    private const uint SetUid = 1u << 23;
    private const uint SetGid = 1u << 22;
    private const uint Sticky = 1u << 20;

    public static string Text(Node node)
    {
        Span<char> text = stackalloc char[10];
        text[0] = node.Type switch
        {
            NodeType.Dir => 'd',
            NodeType.Symlink => 'L',
            NodeType.Dev => 'D',
            NodeType.CharDev => 'c',
            NodeType.Fifo => 'p',
            NodeType.Socket => 'S',
            _ => '-',
        };
        for (int bit = 0; bit < 9; bit++)
        {
            text[9 - bit] = (node.Mode >> bit & 1) != 0 ? "xwr"[bit % 3] : '-';
        }
        Mark(text, 3, (node.Mode & SetUid) != 0, 's');
        Mark(text, 6, (node.Mode & SetGid) != 0, 's');
        Mark(text, 9, (node.Mode & Sticky) != 0, 't');
        return new string(text);
    }

    public static string TypeName(NodeType type) =>
        type switch
        {
            NodeType.CharDev => "chardev",
            _ => type.ToString().ToLowerInvariant(),
        };

    // A capital letter says that the execute bit beneath is off.
    private static void Mark(Span<char> text, int place, bool set, char letter)
    {
        if (set)
        {
            text[place] = text[place] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
