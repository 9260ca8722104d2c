using System.Text.Json.Nodes;
using Holdfast.Core;
using Holdfast.Core.Access;
using Holdfast.Core.Catalog;
using Holdfast.Core.Model;
using Holdfast.Testing;
using Holdfast.Testing.Core;
using Holdfast.Tests.Api.Manila;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Holdfast.Tests.Api.Vbs;

/// <summary>A world whose tokens are ids of projects: whoever sends one is a member of that project.</summary>
public abstract class VbsTests : ManilaTests
{
    /// <summary>Who shares, and with whom, in the vendor's examples.</summary>
    protected const string Owner = "c13f5220dc1949b0b741ea81a7cd5554";
    protected const string Recipient = "722513ed0a324dadaabe5b2d0fe848b9";
    protected const string Third = "0c0000000000000000000000000000cc";

    /// <summary>The token that nobody can judge now.</summary>
    protected const string Away = "away";

    internal override Task<ManilaWorld> StartAsync() =>
        ManilaWorld.StartAsync(services =>
        {
            services.RemoveAll<ITokenValidator>();
            services.AddSingleton<ITokenValidator, AnyProject>();
        });

    /// <summary>One of the bodies that lie beside these tests.</summary>
    protected static JsonNode Sample(string name) =>
        JsonNode.Parse(File.ReadAllText(RepositoryRoot.File($"tests/Holdfast.Tests/Api/Vbs/Samples/{name}.json")))!;

    /// <summary>A call of the sharing API, as the member of a project.</summary>
    /// <param name="tail">What follows the collection's path.</param>
    internal Task<Answer> SendAsync(string method, string tail, string? body = null, string project = Owner) =>
        Host.SendAsync(
            method,
            $"/v2/{project}/os-vendor-backup-sharing{tail}",
            body,
            project,
            version: null,
            experimental: null
        );

    internal Task<Answer> ShareAsync(string backup, params string[] projects) =>
        SendAsync(
            "POST",
            "",
            new JsonObject
            {
                ["shared"] = new JsonObject
                {
                    ["backup_id"] = backup,
                    ["to_project_ids"] = new JsonArray([.. projects.Select(one => (JsonNode)one)]),
                },
            }.ToJsonString()
        );

    internal async Task<Backup> AddBackupAsync(string project = Owner, Func<Backup, Backup>? change = null) =>
        await World.AddBackupAsync(await World.AddShareAsync(project), change: change);

    internal static string[] Ids(Answer list) => [.. list.Json["shared"]!.AsArray().Select(row => Text(row, "id")!)];

    /// <summary>Puts what the rows of a vendor's example show into the catalog.</summary>
    internal async Task SeedAsync(JsonNode sample)
    {
        JsonNode shared = sample["shared"]!;
        JsonNode[] rows = shared is JsonArray list ? [.. list.Select(row => row!)] : [shared];
        await World.Catalog.WriteAsync(
            async session =>
            {
                foreach (JsonNode row in rows)
                {
                    await SeedBackupAsync(session, row);
                    await session.Sharings.AddAsync(
                        new Sharing
                        {
                            Id = Text(row, "id")!,
                            BackupId = Text(row, "backup_id")!,
                            FromProjectId = Text(row, "from_project_id")!,
                            ToProjectId = Text(row, "to_project_id")!,
                            State = SharingState.Accepted,
                            CreatedAt = Time(row, "created_at")!.Value,
                            UpdatedAt = Time(row, "updated_at"),
                        }
                    );
                }
            },
            CancellationToken.None
        );
    }

    private static async Task SeedBackupAsync(ICatalogSession session, JsonNode row)
    {
        JsonNode backup = row["backup"]!;
        string volume = Text(backup, "volume_id")!;
        if (await session.Volumes.FindAsync(volume) is not null)
        {
            return;
        }
        string zone = Text(backup, "availability_zone")!;
        int size = backup["size"]!.GetValue<int>();
        DateTimeOffset createdAt = Time(backup, "created_at")!.Value;
        await session.Volumes.AddAsync(
            new Volume
            {
                Id = volume,
                ProjectId = Text(row, "from_project_id")!,
                UserId = "user",
                Size = size,
                Bytes = size * (1L << 30),
                Status = VolumeStatus.Available,
                Kind = VolumeKind.File,
                AvailabilityZone = zone,
                Root = "local",
                Path = volume,
                Adopted = false,
                CreatedAt = createdAt,
            }
        );
        await session.Backups.AddAsync(
            new Backup
            {
                Id = Text(backup, "id")!,
                ProjectId = Text(row, "from_project_id")!,
                UserId = "user",
                VolumeId = volume,
                Name = Text(backup, "name"),
                Description = Text(backup, "description"),
                Size = size,
                Status = Text(backup, "status")!,
                AvailabilityZone = zone,
                FailReason = Text(backup, "fail_reason"),
                SnapshotId = new string('a', 64),
                DataAt = Time(backup, "data_timestamp"),
                IsIncremental = backup["is_incremental"]?.GetValue<bool>(),
                ObjectCount = backup["object_count"]?.GetValue<long>(),
                CreatedAt = createdAt,
                UpdatedAt = Time(backup, "updated_at"),
            }
        );
    }

    protected static DateTimeOffset? Time(JsonNode row, string name) =>
        Text(row, name) is { } text ? DateTimeOffset.Parse($"{text}Z", null) : null;

    private sealed class AnyProject : ITokenValidator
    {
        public Task<ValidToken?> ValidateAsync(string token, CancellationToken cancellationToken) =>
            token == Away
                ? throw new ServiceError(ServiceErrorKind.Unavailable, "Keystone is away.")
                {
                    RetryAfter = TimeSpan.FromSeconds(5),
                }
                : Task.FromResult<ValidToken?>(
                    new ValidToken("user", token, new HashSet<string> { "member", "reader" }, DateTimeOffset.MaxValue)
                );
    }
}
