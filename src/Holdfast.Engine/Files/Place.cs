using System.Buffers;
using System.Globalization;
using System.Text;

namespace Holdfast.Engine.Files;

/// <summary>A directory somewhere beneath a root, by name. It need not be open, nor be there.</summary>
public sealed class Place(Place? parent, byte[] name)
{
    /// <summary>Null for the root.</summary>
    public Place? Parent { get; } = parent;

    public byte[] Name { get; } = name;

    /// <summary>The pool's own: the open directory, while there is one.</summary>
    internal DirectoryPool.Entry? Open { get; set; }

    public static Place Root() => new(null, []);

    /// <summary>The path from the root to an entry of this directory, for people to read.</summary>
    public string PathOf(ReadOnlySpan<byte> entry)
    {
        var names = new Stack<byte[]>();
        for (Place place = this; place.Parent is not null; place = place.Parent)
        {
            names.Push(place.Name);
        }
        var text = new StringBuilder();
        foreach (byte[] step in names)
        {
            text.Append('/');
            Append(text, step);
        }
        text.Append('/');
        Append(text, entry);
        return text.ToString();
    }

    public override string ToString() => Parent is null ? "/" : Parent.PathOf(Name);

    // A name may hold a newline or worse, which must not forge the text around it, and bytes that are no text.
    private static void Append(StringBuilder text, ReadOnlySpan<byte> name)
    {
        while (!name.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(name, out Rune rune, out int length);
            if (status == OperationStatus.Done && !Rune.IsControl(rune))
            {
                text.Append(rune);
            }
            else
            {
                foreach (byte unprintable in name[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{unprintable:x2}");
                }
            }
            name = name[length..];
        }
    }
}
