using Holdfast.Engine;
using Holdfast.Engine.Files;

namespace Holdfast.Cli.Doctor;

/// <summary>What the program needs of the machine, whatever its settings.</summary>
internal static class MachineChecks
{
    public static void Run(Findings findings)
    {
        Look(findings, "library", "libcrypto (OpenSSL 3) is there", NativeLibraries.RequireCrypto);
        Look(findings, "library", "libzstd (Zstandard) is there", NativeLibraries.RequireCompression);
        Look(findings, "kernel", "openat2 works, which files are opened with", OpenBeneath);
        if (ProcessOwner.Read().Uid == 0)
        {
            findings.Ok("user", "root: owners of files are restored");
        }
        else
        {
            findings.Warning(
                "user",
                $"{Environment.UserName} is not root: files of other users may be unreadable, and owners are not restored",
                "Run the service as root where shares hold files of more than one user."
            );
        }
    }

    private static void Look(Findings findings, string check, string good, Action look)
    {
        try
        {
            look();
            findings.Ok(check, good);
        }
        catch (EngineError error)
        {
            findings.Mistake(check, error);
        }
    }

    private static void OpenBeneath()
    {
        using DirectoryHandle root = DirectoryHandle.Open("/");
        _ = root.TryOpenDirectory("."u8, out DirectoryHandle? opened);
        opened?.Dispose();
    }
}
