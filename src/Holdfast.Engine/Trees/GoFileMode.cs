namespace Holdfast.Engine.Trees;

/// <summary>
/// The mode of a tree node: Go's os.FileMode. Permission bits are Unix's; type, set-id and sticky flags have places
/// of their own at the top.
/// </summary>
public static class GoFileMode
{
    public const uint Permissions = 0x1FF;
    public const uint Dir = 1u << 31;
    public const uint Symlink = 1u << 27;
    public const uint Device = 1u << 26;
    public const uint Fifo = 1u << 25;
    public const uint Socket = 1u << 24;
    public const uint SetUid = 1u << 23;
    public const uint SetGid = 1u << 22;

    /// <summary>A character device has this and <see cref="Device"/>.</summary>
    public const uint CharDevice = 1u << 21;
    public const uint Sticky = 1u << 20;

    private const uint TypeMask = Dir | Symlink | Device | Fifo | Socket | CharDevice;

    private const uint UnixTypeMask = 0xF000;
    private const uint UnixFifo = 0x1000;
    private const uint UnixCharDevice = 0x2000;
    private const uint UnixDir = 0x4000;
    private const uint UnixBlockDevice = 0x6000;
    private const uint UnixFile = 0x8000;
    private const uint UnixSymlink = 0xA000;
    private const uint UnixSocket = 0xC000;
    private const uint UnixSetUid = 0x800;
    private const uint UnixSetGid = 0x400;
    private const uint UnixSticky = 0x200;

    /// <param name="stMode">st_mode as stat(2) gives it.</param>
    public static uint FromUnix(uint stMode)
    {
        uint mode = stMode & Permissions;
        mode |= (stMode & UnixTypeMask) switch
        {
            UnixDir => Dir,
            UnixSymlink => Symlink,
            UnixBlockDevice => Device,
            UnixCharDevice => Device | CharDevice,
            UnixFifo => Fifo,
            UnixSocket => Socket,
            _ => 0,
        };
        mode |= (stMode & UnixSetUid) != 0 ? SetUid : 0;
        mode |= (stMode & UnixSetGid) != 0 ? SetGid : 0;
        mode |= (stMode & UnixSticky) != 0 ? Sticky : 0;
        return mode;
    }

    /// <summary>The st_mode that <see cref="FromUnix"/> came from; a mode without a type is a regular file's.</summary>
    public static uint ToUnix(uint goMode)
    {
        uint mode = goMode & Permissions;
        mode |= (goMode & TypeMask) switch
        {
            Dir => UnixDir,
            Symlink => UnixSymlink,
            Device => UnixBlockDevice,
            Device | CharDevice or CharDevice => UnixCharDevice,
            Fifo => UnixFifo,
            Socket => UnixSocket,
            _ => UnixFile,
        };
        mode |= (goMode & SetUid) != 0 ? UnixSetUid : 0;
        mode |= (goMode & SetGid) != 0 ? UnixSetGid : 0;
        mode |= (goMode & Sticky) != 0 ? UnixSticky : 0;
        return mode;
    }

    /// <summary>The node type that st_mode says, <see cref="NodeType.Unknown"/> for a type POSIX does not have.</summary>
    public static NodeType TypeFromUnix(uint stMode) =>
        (stMode & UnixTypeMask) switch
        {
            UnixFile => NodeType.File,
            UnixDir => NodeType.Dir,
            UnixSymlink => NodeType.Symlink,
            UnixBlockDevice => NodeType.Dev,
            UnixCharDevice => NodeType.CharDev,
            UnixFifo => NodeType.Fifo,
            UnixSocket => NodeType.Socket,
            _ => NodeType.Unknown,
        };
}
