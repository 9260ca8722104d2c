using System.Collections.Concurrent;

namespace Holdfast.Engine;

/// <summary>Costly single-threaded things, made on demand and used again: never more than were in use at once.</summary>
internal sealed class Pool<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    private readonly ConcurrentBag<T> free = [];
    private volatile bool disposed;

    internal Lease Rent() => new(this, free.TryTake(out T? value) ? value : make());

    private void Return(T value)
    {
        free.Add(value);
        if (disposed)
        {
            Drain();
        }
    }

    public void Dispose()
    {
        disposed = true;
        Drain();
    }

    private void Drain()
    {
        while (free.TryTake(out T? value))
        {
            value.Dispose();
        }
    }

    /// <summary>Dispose once, to give the value back.</summary>
    internal readonly struct Lease(Pool<T> pool, T value) : IDisposable
    {
        internal T Value => value;

        public void Dispose() => pool.Return(value);
    }
}
