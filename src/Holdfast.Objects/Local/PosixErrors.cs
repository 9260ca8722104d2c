using System.Runtime.InteropServices;

namespace Holdfast.Objects.Local;

/// <summary>The one place where an errno becomes an <see cref="ObjectError"/>.</summary>
internal static class PosixErrors
{
    /// <summary>Throws for a call that returned a negative number.</summary>
    internal static void Check(long result, string action, string path)
    {
        if (result < 0)
        {
            throw Last(action, path);
        }
    }

    internal static ObjectError Last(string action, string path) => From(Marshal.GetLastPInvokeError(), action, path);

    internal static ObjectError From(int errno, string action, string path)
    {
        (ObjectErrorKind kind, bool temporary) = errno switch
        {
            Libc.ENOENT => (ObjectErrorKind.NotFound, false),
            Libc.ENOSPC or Libc.EDQUOT => (ObjectErrorKind.Full, true),
            Libc.EACCES or Libc.EPERM or Libc.EROFS => (ObjectErrorKind.Denied, false),
            Libc.EINTR
            or Libc.EAGAIN
            or Libc.ENOMEM
            or Libc.EBUSY
            or Libc.ENFILE
            or Libc.EMFILE
            or Libc.ETIMEDOUT
            or Libc.ESTALE => (ObjectErrorKind.Unavailable, true),
            Libc.EOPNOTSUPP => (ObjectErrorKind.Unsupported, false),
            _ => (ObjectErrorKind.Failed, false),
        };
        return new ObjectError(
            kind,
            temporary,
            $"Cannot {action} '{path}': {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})."
        );
    }

    /// <summary>What a directory walk of .NET throws, as an error of ours.</summary>
    internal static ObjectError FromWalk(Exception error, string path) =>
        error is UnauthorizedAccessException
            ? new ObjectError(ObjectErrorKind.Denied, temporary: false, $"Cannot list '{path}': {error.Message}", error)
            : new ObjectError(
                ObjectErrorKind.Failed,
                temporary: false,
                $"Cannot list '{path}': {error.Message}",
                error
            );
}
