using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Engine.Crypto;
using Holdfast.Engine.Locks;
using Holdfast.Engine.Snapshots;
using Holdfast.Engine.Storage;

namespace Holdfast.Engine.Json;

/// <summary>The small JSON objects of the format. Index and tree objects, which are many or large, are read by hand.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(GoTimeJsonConverter)]
)]
[JsonSerializable(typeof(KeyFile))]
[JsonSerializable(typeof(MasterKeyJson))]
[JsonSerializable(typeof(ConfigJson))]
[JsonSerializable(typeof(SnapshotJson))]
[JsonSerializable(typeof(LockJson))]
internal sealed partial class EngineJson : JsonSerializerContext;
