namespace Holdfast.Core.Catalog;

/// <summary>Times as the catalog keeps them: whole microseconds since 1970, UTC.</summary>
public static class Timestamp
{
    public static long ToMicroseconds(DateTimeOffset value) =>
        (value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long value) =>
        DateTimeOffset.UnixEpoch.AddTicks(value * TimeSpan.TicksPerMicrosecond);

    /// <summary>Now, cut to what a row can hold: what is answered at once equals what is read later.</summary>
    public static DateTimeOffset Now(this TimeProvider time) => FromMicroseconds(ToMicroseconds(time.GetUtcNow()));
}
