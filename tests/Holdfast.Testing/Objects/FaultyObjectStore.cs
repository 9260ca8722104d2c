using System.Buffers;
using System.Runtime.CompilerServices;
using Holdfast.Objects;

namespace Holdfast.Testing.Objects;

/// <summary>
/// A store whose calls fail when told to. A write that fails before its effect leaves nothing visible, as every store
/// promises. Remembers all calls that took effect, in order.
/// </summary>
public sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock gate = new();
    private readonly List<Plan> plans = [];
    private readonly List<(StoreCall Call, string Name)> done = [];

    /// <summary>The calls that took effect. A listing has its prefix for a name.</summary>
    public IReadOnlyList<(StoreCall Call, string Name)> Done
    {
        get
        {
            lock (gate)
            {
                return [.. done];
            }
        }
    }

    /// <summary>Names that listings leave out, though the objects are there: a damaged index of a bucket.</summary>
    public Func<string, bool> IsUnlisted { get; set; } = _ => false;

    /// <summary>Lets calls from now on fail.</summary>
    /// <param name="call">Which kind.</param>
    /// <param name="fault">How.</param>
    /// <param name="nth">The first that fails, counted from 1 among those that match.</param>
    /// <param name="times">How many fail from then on.</param>
    /// <param name="beneath">Only names that begin with this.</param>
    public void Fail(StoreCall call, Fault fault, int nth = 1, int times = 1, string beneath = "")
    {
        lock (gate)
        {
            plans.Add(new Plan(call, fault, nth, times, beneath));
        }
    }

    /// <summary>Forgets every fault.</summary>
    public void Mend()
    {
        lock (gate)
        {
            plans.Clear();
        }
        IsUnlisted = _ => false;
    }

    public Task PutAsync(ObjectName name, ReadOnlySequence<byte> content, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Put, name.Value, () => inner.PutAsync(name, content, cancellationToken));

    public async Task<bool> TryCreateAsync(
        ObjectName name,
        ReadOnlySequence<byte> content,
        CancellationToken cancellationToken
    )
    {
        bool created = false;
        await RunAsync(
            StoreCall.TryCreate,
            name.Value,
            async () => created = await inner.TryCreateAsync(name, content, cancellationToken)
        );
        return created;
    }

    public async Task ReadAsync(
        ObjectName name,
        long offset,
        Memory<byte> destination,
        CancellationToken cancellationToken
    )
    {
        Fault? fault = await RunAsync(
            StoreCall.Read,
            name.Value,
            () => inner.ReadAsync(name, offset, destination, cancellationToken)
        );
        if (fault is { FlipsABit: true } && destination.Length > 0)
        {
            destination.Span[destination.Length / 2] ^= 0x10;
        }
    }

    public async Task<ObjectInfo?> StatAsync(ObjectName name, CancellationToken cancellationToken)
    {
        ObjectInfo? info = null;
        await RunAsync(StoreCall.Stat, name.Value, async () => info = await inner.StatAsync(name, cancellationToken));
        return info;
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        // Fails in the middle: what came before has been seen.
        Fault? fault = Next(StoreCall.List, prefix);
        int seen = 0;
        await foreach (ObjectInfo info in inner.ListAsync(prefix, cancellationToken))
        {
            if (IsUnlisted(info.Name.Value))
            {
                continue;
            }
            if (fault is not null && seen++ == 1)
            {
                break;
            }
            yield return info;
        }
        ThrowIf(fault, StoreCall.List, prefix);
    }

    public Task DeleteAsync(ObjectName name, CancellationToken cancellationToken) =>
        RunAsync(StoreCall.Delete, name.Value, () => inner.DeleteAsync(name, cancellationToken));

    public async Task<int> RemoveUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        int removed = 0;
        await RunAsync(
            StoreCall.RemoveUnfinished,
            "",
            async () => removed = await inner.RemoveUnfinishedAsync(startedBefore, cancellationToken)
        );
        return removed;
    }

    private async Task<Fault?> RunAsync(StoreCall call, string name, Func<Task> effect)
    {
        Fault? fault = Next(call, name);
        bool takesEffect = fault is null or { AfterEffect: true } or { FlipsABit: true };
        if (takesEffect)
        {
            await effect();
            lock (gate)
            {
                done.Add((call, name));
            }
        }
        ThrowIf(fault, call, name);
        return fault;
    }

    private Fault? Next(StoreCall call, string name)
    {
        lock (gate)
        {
            // Every plan counts every call that it is about, also when another plan fails it.
            Fault? fault = null;
            foreach (Plan plan in plans)
            {
                fault = plan.Next(call, name) ?? fault;
            }
            return fault;
        }
    }

    private static void ThrowIf(Fault? fault, StoreCall call, string name)
    {
        if (fault is { FlipsABit: false })
        {
            throw new ObjectError(fault.Kind, fault.Temporary, $"{call} of '{name}' was made to fail.");
        }
    }

    private sealed class Plan(StoreCall call, Fault fault, int nth, int times, string beneath)
    {
        private int seen;

        internal Fault? Next(StoreCall actual, string name)
        {
            if (actual != call || !name.StartsWith(beneath, StringComparison.Ordinal))
            {
                return null;
            }
            seen++;
            return seen >= nth && seen - nth < times ? fault : null;
        }
    }
}
