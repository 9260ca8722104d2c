namespace Holdfast.Api.Native.OpenApi;

/// <summary>One of each thing that the native API shows, as JSON.</summary>
internal static class Examples
{
    public const string Backup = """
        {
          "id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "kind": "share", "name": "nightly", "description": null,
          "status": "available", "project_id": "0123456789abcdef0123456789abcdef",
          "user_id": "89abcdef0123456789abcdef01234567", "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
          "volume_id": null, "size": 1, "availability_zone": "nova", "progress": 100, "restore_progress": 0,
          "capture": "snapshot", "is_incremental": true, "item_errors": 0, "notes": null, "fail_reason": null,
          "schedule_id": "7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b", "damage": null,
          "proven_at": "2026-01-20T04:00:00.000000Z",
          "data_at": "2026-01-02T03:00:00.000000Z", "created_at": "2026-01-02T03:00:00.000000Z", "updated_at": null
        }
        """;

    public const string Entry = """
        {
          "name": "report.txt", "path": "documents/report.txt", "type": "file", "size": 5120, "mode": "0644", "uid": 1000,
          "gid": 1000, "user": "alice", "group": "alice", "links": 1, "link_target": null,
          "modified_at": "2026-01-01T12:00:00.000000Z"
        }
        """;

    public const string Look = $$"""{"entry": {{Entry}}, "entries": [{{Entry}}], "next_cursor": null}""";

    public const string Change =
        $$"""{"path": "documents/report.txt", "change": "content", "before": {{Entry}}, "after": {{Entry}}}""";

    public const string Version = $$"""
        {
          "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "backup_name": "nightly",
          "created_at": "2026-01-02T03:00:00.000000Z", "changed": true, "entry": {{Entry}}, "problem": null
        }
        """;

    public const string Found = """
        {
          "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "backup_name": "nightly",
          "created_at": "2026-01-02T03:00:00.000000Z", "name": "report.txt", "path": "documents/report.txt", "type": "file",
          "size": 5120, "modified_at": "2026-01-01T12:00:00.000000Z"
        }
        """;

    public const string Operation = """
        {
          "id": "5c0e4f0e-3c5e-4f6e-9a43-0d7cbe9a8a11", "kind": "create_backup", "status": "running",
          "project_id": "0123456789abcdef0123456789abcdef", "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
          "volume_id": null, "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "done": 52428800, "total": 209715200,
          "percent": 25, "phase": "reading files", "bytes": 52428800, "files": 1200, "rate": 26214400,
          "remaining_seconds": 6, "message": null, "attempts": 1, "created_at": "2026-01-02T03:04:05.000000Z",
          "started_at": "2026-01-02T03:04:05.120000Z", "finished_at": null
        }
        """;

    public const string Schedule = """
        {
          "id": "7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b", "name": "nightly", "project_id": "0123456789abcdef0123456789abcdef",
          "user_id": "89abcdef0123456789abcdef01234567", "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d",
          "volume_id": null, "cron": "30 2 * * *", "time_zone": "Europe/Paris", "enabled": true,
          "retention": {
            "keep_last": 0, "keep_hourly": 0, "keep_daily": 7, "keep_weekly": 4, "keep_monthly": 12, "keep_yearly": 0,
            "keep_within": null
          },
          "next_at": "2026-01-03T01:30:00.000000Z", "last_at": "2026-01-02T01:30:00.000000Z",
          "last_backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "problem": null,
          "created_at": "2026-01-01T12:00:00.000000Z", "updated_at": null
        }
        """;

    public const string Preview = """
        {
          "next_times": ["2026-01-03T01:30:00.000000Z", "2026-01-04T01:30:00.000000Z"],
          "backups": [{
            "id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "name": "nightly", "status": "available",
            "data_at": "2026-01-02T01:30:01.000000Z", "created_at": "2026-01-02T01:30:00.000000Z", "action": "keep",
            "reasons": ["daily snapshot"]
          }]
        }
        """;

    public const string Hold = """
        {
          "id": "2f3a4b5c-6d7e-4f80-9a1b-2c3d4e5f6a7b", "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
          "project_id": "0123456789abcdef0123456789abcdef", "user_id": "89abcdef0123456789abcdef01234567",
          "reason": "Case 17", "expires_at": "2036-01-01T00:00:00.000000Z", "created_at": "2026-01-02T03:04:05.000000Z",
          "updated_at": null
        }
        """;

    public const string Webhook = $"{{{WebhookMembers}}}";

    public const string MadeWebhook = $$"""
        {{{WebhookMembers}}, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        """;

    private const string WebhookMembers = """
        "id": "5b6c7d8e-9f0a-4b1c-8d2e-3f4a5b6c7d8e", "project_id": "0123456789abcdef0123456789abcdef",
        "user_id": "89abcdef0123456789abcdef01234567", "url": "https://hooks.example.org/holdfast",
        "events": ["backup.failed", "share.overdue"], "enabled": true, "delivered_at": "2026-01-20T04:00:00.000000Z",
        "problem": null, "next_try_at": null, "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": null
        """;

    public const string Drill = """
        {
          "id": "9c8b7a69-5f4e-4d3c-8b2a-190817263544", "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
          "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "volume_id": null, "outcome": "passed", "reason": null,
          "bytes": 209715200, "files": 4800, "seconds": 2.75, "created_at": "2026-01-20T03:59:00.000000Z",
          "finished_at": "2026-01-20T04:00:00.000000Z"
        }
        """;

    public const string Share = $$"""
        {
          "id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "name": "documents", "description": null,
          "project_id": "0123456789abcdef0123456789abcdef", "status": "available", "size": 1, "protocol": "NFS",
          "availability_zone": "nova", "is_public": false, "created_at": "2026-01-01T12:00:00.000000Z",
          "protection": {
            "state": "protected", "problem": null, "recovery_point": "2026-01-02T03:00:00.000000Z",
            "last_good_backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "last_proven_at": "2026-01-20T04:00:00.000000Z",
            "next_at": "2026-01-21T01:30:00.000000Z", "last_drill": {{Drill}}
          }
        }
        """;

    public const string Repository = """
        {
          "id": "1f2e3d4c5b6a79880716253443526170f1e2d3c4b5a697887960514233241506",
          "project_id": "0123456789abcdef0123456789abcdef", "created_at": "2026-01-01T12:05:00.000000Z",
          "pruned_at": "2026-01-18T02:00:00.000000Z", "verified_at": "2026-01-20T04:00:00.000000Z",
          "proven_at": "2026-01-20T03:58:00.000000Z", "logical_bytes": 7516192768,
          "unique_bytes": 1181116006, "stored_bytes": 520093696, "packs": 31, "parts_read": 256, "bytes_read": 520093696,
          "is_sound": true
        }
        """;

    /// <summary>Of a list; others leave <c>backup</c> out.</summary>
    public const string Sharing = """
        {
          "id": "c3d2e1f0-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
          "from_project_id": "0123456789abcdef0123456789abcdef", "to_project_id": "fedcba9876543210fedcba9876543210",
          "state": "pending", "expires_at": "2026-12-31T00:00:00.000000Z", "created_at": "2026-01-02T03:04:05.000000Z",
          "updated_at": null,
          "backup": {
            "id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "name": "nightly", "status": "available",
            "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "volume_id": null, "size": 1, "availability_zone": "nova",
            "created_at": "2026-01-02T03:00:00.000000Z"
          }
        }
        """;

    public const string ChangedSharing = """
        {
          "id": "c3d2e1f0-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
          "from_project_id": "0123456789abcdef0123456789abcdef", "to_project_id": "fedcba9876543210fedcba9876543210",
          "state": "accepted", "expires_at": null, "created_at": "2026-01-02T03:04:05.000000Z",
          "updated_at": "2026-01-02T03:05:00.000000Z"
        }
        """;

    public const string Volume = """
        {
          "id": "0f8e7d6c-5b4a-4938-8271-60f5e4d3c2b1", "name": "disk", "description": null, "status": "available",
          "project_id": "0123456789abcdef0123456789abcdef", "user_id": "89abcdef0123456789abcdef01234567", "size": 10,
          "bytes": 10737418240, "kind": "file", "registered": false, "availability_zone": "nova", "source_backup_id": null,
          "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": null
        }
        """;

    /// <summary>The same where it is looked at: with how well it is protected.</summary>
    public const string ProtectedVolume = """
        {
          "id": "0f8e7d6c-5b4a-4938-8271-60f5e4d3c2b1", "name": "disk", "description": null, "status": "available",
          "project_id": "0123456789abcdef0123456789abcdef", "user_id": "89abcdef0123456789abcdef01234567", "size": 10,
          "bytes": 10737418240, "kind": "file", "registered": false, "availability_zone": "nova", "source_backup_id": null,
          "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": null,
          "protection": {
            "state": "overdue", "problem": null, "recovery_point": "2026-01-02T03:00:00.000000Z",
            "last_good_backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "last_proven_at": null, "next_at": null,
            "last_drill": null
          }
        }
        """;

    /// <summary>In a 202: with what was begun.</summary>
    public const string VolumeAtWork = """
        {
          "id": "0f8e7d6c-5b4a-4938-8271-60f5e4d3c2b1", "name": "disk", "description": null, "status": "creating",
          "project_id": "0123456789abcdef0123456789abcdef", "user_id": "89abcdef0123456789abcdef01234567", "size": 10,
          "bytes": 10737418240, "kind": "file", "registered": false, "availability_zone": "nova", "source_backup_id": null,
          "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": null,
          "operation_id": "5c0e4f0e-3c5e-4f6e-9a43-0d7cbe9a8a11"
        }
        """;

    public const string VolumeBackup = """
        {
          "id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "name": "nightly", "description": null, "status": "creating",
          "project_id": "0123456789abcdef0123456789abcdef", "user_id": "89abcdef0123456789abcdef01234567",
          "volume_id": "0f8e7d6c-5b4a-4938-8271-60f5e4d3c2b1", "size": 10, "availability_zone": "nova",
          "created_at": "2026-01-02T03:04:05.000000Z", "operation_id": "5c0e4f0e-3c5e-4f6e-9a43-0d7cbe9a8a11"
        }
        """;

    public const string AuditEntry = """
        {
          "id": "17", "at": "2026-01-02T03:04:05.000000Z", "action": "sharing.restore",
          "project_id": "0123456789abcdef0123456789abcdef", "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
          "object_id": "c3d2e1f0-1a2b-4c3d-8e4f-5a6b7c8d9e0f", "actor": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
          "actor_project_id": "fedcba9876543210fedcba9876543210", "address": "192.0.2.7",
          "request_id": "req-5c0e4f0e-3c5e-4f6e-9a43-0d7cbe9a8a11",
          "details": {"to_project_id": "fedcba9876543210fedcba9876543210"}
        }
        """;

    public const string Problem =
        """{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No operation exists with ID 17."}""";
}
