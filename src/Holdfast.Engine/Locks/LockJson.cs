using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Engine.Json;

namespace Holdfast.Engine.Locks;

internal sealed record LockJson
{
    public DateTimeOffset Time { get; init; }
    public bool Exclusive { get; init; }
    public string? Hostname { get; init; }
    public string? Username { get; init; }
    public int Pid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint Uid { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public uint Gid { get; init; }

    internal static byte[] Write(LockInfo info) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new LockJson
            {
                Time = info.Time,
                Exclusive = info.Exclusive,
                Hostname = info.Hostname,
                Username = info.Username,
                Pid = info.ProcessId,
                Uid = info.Uid,
                Gid = info.Gid,
            },
            EngineJson.Default.LockJson
        );

    /// <returns>Null when the JSON is no lock.</returns>
    internal static LockInfo? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            LockJson? read = JsonSerializer.Deserialize(json, EngineJson.Default.LockJson);
            return read is null
                ? null
                : new LockInfo
                {
                    Time = read.Time,
                    Exclusive = read.Exclusive,
                    Hostname = read.Hostname ?? "",
                    Username = read.Username ?? "",
                    ProcessId = read.Pid,
                    Uid = read.Uid,
                    Gid = read.Gid,
                };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
