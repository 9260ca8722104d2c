using System.Data;
using System.Text.Json;
using Dapper;
using Holdfast.Core.Model;

namespace Holdfast.Core.Catalog;

/// <summary>How columns become values, the same on every database: times are microseconds, maps are JSON text.</summary>
internal static class RowMapping
{
    private static readonly Lock Gate = new();
    private static bool registered;

    /// <summary>The mapper's settings are the process's; may be called by every catalog.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (registered)
            {
                return;
            }
            DefaultTypeMap.MatchNamesWithUnderscores = true;
            // A type that the mapper knows by itself is never given to a handler.
            SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
            SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
            SqlMapper.AddTypeHandler(new TimeHandler());
            SqlMapper.AddTypeHandler(new MapHandler());
            SqlMapper.AddTypeHandler(new ListHandler());
            SqlMapper.AddTypeHandler(new RetentionHandler());
            registered = true;
        }
    }

    private sealed class TimeHandler : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => Timestamp.FromMicroseconds(Convert.ToInt64(value));

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.Int64;
            parameter.Value = Timestamp.ToMicroseconds(value);
        }
    }

    private sealed class MapHandler : SqlMapper.TypeHandler<IReadOnlyDictionary<string, string>>
    {
        public override IReadOnlyDictionary<string, string> Parse(object value) =>
            JsonSerializer.Deserialize<Dictionary<string, string>>((string)value) ?? [];

        public override void SetValue(IDbDataParameter parameter, IReadOnlyDictionary<string, string>? value) =>
            parameter.Value = JsonSerializer.Serialize(value ?? new Dictionary<string, string>());
    }

    private sealed class RetentionHandler : SqlMapper.TypeHandler<Retention>
    {
        public override Retention Parse(object value) => JsonSerializer.Deserialize<Retention>((string)value) ?? new();

        public override void SetValue(IDbDataParameter parameter, Retention? value) =>
            parameter.Value = JsonSerializer.Serialize(value ?? new());
    }

    private sealed class ListHandler : SqlMapper.TypeHandler<TextList>
    {
        public override TextList Parse(object value) =>
            new(JsonSerializer.Deserialize<List<string>>((string)value) ?? []);

        public override void SetValue(IDbDataParameter parameter, TextList? value) =>
            parameter.Value = JsonSerializer.Serialize(value?.Items ?? []);
    }
}

/// <summary>A column with a JSON list of texts.</summary>
public sealed record TextList(IReadOnlyList<string> Items);
