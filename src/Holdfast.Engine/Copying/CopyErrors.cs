using Holdfast.Engine.Files;

namespace Holdfast.Engine.Copying;

public static class CopyErrors
{
    /// <summary>What keeps a copy from being written, which its owner is told where it is a lack of space.</summary>
    public static EngineError ToWriteError(Errno errno, string tried) =>
        new(
            EngineErrorKind.Files,
            errno.IsExhaustion(),
            $"{tried}: {errno.Describe()} ({errno}).",
            "Check the space of the share root."
        )
        {
            PublicMessage = errno is Errno.ENOSPC or Errno.EDQUOT
                ? "There is no space left beneath the share's root."
                : null,
        };
}
