using System.Runtime.InteropServices;

namespace Holdfast.Engine.Files;

/// <summary>What the kernel answered, under the names of errno(3). Values beyond these occur and are passed through.</summary>
public enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    EINTR = 4,
    EIO = 5,
    ENXIO = 6,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOTTY = 25,
    ETXTBSY = 26,
    EFBIG = 27,
    ENOSPC = 28,
    EROFS = 30,
    ERANGE = 34,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    ELOOP = 40,
    ENODATA = 61,
    EOVERFLOW = 75,
    EOPNOTSUPP = 95,
    ESTALE = 116,
    EDQUOT = 122,
}

public static class Errnos
{
    /// <summary>Whether the process or the machine ran short of something, so that the file is not to blame.</summary>
    public static bool IsExhaustion(this Errno errno) => errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM;

    /// <summary>Whether a clone failed because these two files can share no blocks, so that a copy has to do.</summary>
    public static bool MeansNoSharing(this Errno errno) =>
        errno is Errno.EOPNOTSUPP or Errno.EXDEV or Errno.EINVAL or Errno.ENOTTY;

    /// <summary>The C library's words for it, in English.</summary>
    public static string Describe(this Errno errno) => Marshal.GetPInvokeErrorMessage((int)errno);

    /// <summary>An <see cref="EngineErrorKind.Files"/> error saying what was tried; temporary when resources ran short.</summary>
    /// <param name="publicly">What was tried, in words for <see cref="EngineError.PublicMessage"/>.</param>
    /// <param name="waits">Whether it is temporary, too, that the disk is full.</param>
    public static EngineError ToError(
        this Errno errno,
        string tried,
        string? advice = null,
        string? publicly = null,
        bool waits = false
    ) =>
        new(
            EngineErrorKind.Files,
            temporary: errno.IsExhaustion() || (waits && (errno is Errno.ENOSPC or Errno.EDQUOT)),
            $"{tried}: {errno.Describe()} ({errno}).",
            advice
        )
        {
            PublicMessage = publicly is null ? null : $"{publicly}: {errno.Describe()}.",
        };

    /// <summary>The errno of the last call, or <see cref="Errno.None"/> when it returned no negative number.</summary>
    internal static Errno Of(nint result) => result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
}
