namespace Holdfast.Engine.Trees;

/// <summary>
/// What may name an entry of a directory. A repository is not trusted: a name that is more than one path element, or
/// that a system call would cut short, could lead a restore out of its target.
/// </summary>
public static class NodeName
{
    public static bool IsValid(ReadOnlySpan<byte> name) =>
        !name.IsEmpty
        && !name.ContainsAny((byte)'/', (byte)0)
        && !name.SequenceEqual("."u8)
        && !name.SequenceEqual(".."u8);
}
