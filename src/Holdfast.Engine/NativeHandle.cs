using System.Runtime.InteropServices;

namespace Holdfast.Engine;

/// <summary>A native library's context, freed once, also when nobody disposes it.</summary>
internal sealed class NativeHandle : SafeHandle
{
    private readonly Action<nint> free;

    /// <exception cref="EngineError">The library returned null: there is no memory.</exception>
    internal NativeHandle(nint pointer, Action<nint> free)
        : base(0, ownsHandle: true)
    {
        this.free = free;
        if (pointer == 0)
        {
            throw new EngineError(EngineErrorKind.Store, temporary: true, "A native library has no memory left.");
        }
        SetHandle(pointer);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        free(handle);
        return true;
    }
}
