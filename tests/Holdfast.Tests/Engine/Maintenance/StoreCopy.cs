using System.Buffers;
using Holdfast.Objects;
using Holdfast.Objects.Memory;

namespace Holdfast.Tests.Engine.Maintenance;

/// <summary>Objects copied, looked at and damaged, whatever store they lie in.</summary>
internal static class StoreCopy
{
    public static async Task<MemoryObjectStore> OfAsync(IObjectStore from)
    {
        var to = new MemoryObjectStore();
        foreach (ObjectInfo info in await ListAsync(from, ""))
        {
            await WriteAsync(to, info.Name, await ReadAsync(from, info.Name));
        }
        return to;
    }

    /// <summary>Sorted by name.</summary>
    public static async Task<List<ObjectInfo>> ListAsync(IObjectStore store, string prefix)
    {
        List<ObjectInfo> all = [];
        await foreach (ObjectInfo info in store.ListAsync(prefix, default))
        {
            all.Add(info);
        }
        return [.. all.OrderBy(info => info.Name.Value, StringComparer.Ordinal)];
    }

    public static async Task<byte[]> ReadAsync(IObjectStore store, ObjectName name)
    {
        byte[] content = new byte[(await store.StatAsync(name, default))!.Value.Size];
        await store.ReadAsync(name, 0, content, default);
        return content;
    }

    public static Task WriteAsync(IObjectStore store, ObjectName name, byte[] content) =>
        store.PutAsync(name, new ReadOnlySequence<byte>(content), default);

    public static async Task FlipAsync(IObjectStore store, ObjectName name, int offset)
    {
        byte[] content = await ReadAsync(store, name);
        content[offset] ^= 0x10;
        await WriteAsync(store, name, content);
    }
}
