namespace Holdfast.Api.Native.OpenApi;

/// <summary>Every call of the native API.</summary>
internal static class CallDescriptions
{
    private static readonly (string, string) AllProjects = (
        "all_projects",
        "true: of all projects, for administrators alone"
    );

    public static readonly CallDescription[] All =
    [
        List(
            "GET backups",
            "Lists the project's backups of shares, newest first; with kind=volume those of volumes.",
            "backups",
            Examples.Backup
        ) with
        {
            Query =
            [
                ("kind", "share or volume"),
                ("name", "exactly this name"),
                ("status", "exactly this status"),
                ("share_id", "of this share"),
                ("volume_id", "of this volume"),
                AllProjects,
            ],
        },
        new("GET backups/{id}", "Shows a backup, the project's own or one that it was given.")
        {
            Answer = Examples.Backup,
        },
        new(
            "GET backups/{id}/files/{**path}",
            "Shows what an entry of a backup is, and of a directory what is in it; or sends it."
        )
        {
            Query =
            [
                ("limit", "how many entries, from 1 to 1000"),
                ("cursor", "the list goes on here"),
                (
                    "download",
                    "file: the bytes of a file, with Range a part of them; tar or zip: the entry and all beneath it"
                ),
            ],
            Answer = Examples.Look,
        },
        List(
            "GET backups/{id}/changes",
            "Lists what changed from one backup to another.",
            "changes",
            Examples.Change
        ) with
        {
            Query =
            [
                ("since", "the backup to compare with, of the same project"),
                ("metadata", "true: also where nothing but owner, mode, time or attributes changed"),
            ],
        },
        new("POST backups/{id}/restore", "Puts chosen paths of a share's backup back.")
        {
            Body = """{"paths": ["documents/report.txt", "photos"], "share_id": null, "into": null}""",
            Status = 202,
            Answer = Examples.Operation,
        },
        List(
            "GET shares/{id}/history/{**path}",
            "Lists a path of a share in each of the project's backups of it, newest first.",
            "versions",
            Examples.Version
        ),
        List(
            "GET search",
            "Finds entries by their name in a backup, or in all of the project's backups of a share.",
            "entries",
            Examples.Found
        ) with
        {
            Query =
            [
                ("name", "a part of the name, or all of it with *, ? and [a-z]"),
                ("backup_id", "in this backup"),
                ("share_id", "in the backups of this share"),
                ("type", "file, dir, symlink, dev, chardev, fifo or socket"),
            ],
        },
        List("GET operations", "Lists the project's operations, newest first.", "operations", Examples.Operation) with
        {
            Query =
            [
                ("status", "queued, running, succeeded, failed or cancelled"),
                ("kind", "exactly this kind"),
                ("share_id", "of this share"),
                ("volume_id", "of this volume"),
                ("backup_id", "of this backup"),
                AllProjects,
            ],
        },
        new("GET operations/{id}", "Shows an operation.") { Answer = Examples.Operation },
        new(
            "POST operations/{id}/cancel",
            "Cancels an operation that has not begun; 202 asks the worker of one that has to stop."
        )
        {
            Answer = Examples.Operation,
        },
        new("GET events", "Tells of operations as they change, as server-sent events, without an end.")
        {
            Query = [AllProjects],
            ContentType = NativeRequest.EventStream,
        },
        List(
            "GET sharings",
            "Lists the sharings that the project has given; with received=true those that it was given.",
            "sharings",
            Examples.Sharing
        ) with
        {
            Query =
            [
                ("received", "true: those that the project was given"),
                ("state", "exactly this state"),
                ("backup_id", "of this backup"),
                ("from_project_id", "given by this project"),
                ("to_project_id", "given to this project"),
            ],
        },
        new("POST sharings", "Shares a backup with one to ten projects.")
        {
            Body = """
                {
                  "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12",
                  "to_project_ids": ["fedcba9876543210fedcba9876543210"], "accept": "required",
                  "expires_at": "2026-12-31T00:00:00Z"
                }
                """,
            Status = 201,
            Answer = $$"""{"sharings": [{{Examples.ChangedSharing}}]}""",
        },
        new("GET sharings/{id}", "Shows a sharing to its owner or recipient.") { Answer = Examples.Sharing },
        new("DELETE sharings/{id}", "Ends a sharing; the owner's call.") { Status = 204 },
        new("POST sharings/{id}/accept", "Accepts a sharing; the recipient's call.")
        {
            Answer = Examples.ChangedSharing,
        },
        new("POST sharings/{id}/reject", "Rejects a sharing; the recipient's call.")
        {
            Answer = Examples.ChangedSharing,
        },
        new("DELETE sharings/{id}/membership", "Gives a sharing back; the recipient's call.") { Status = 204 },
        List("GET schedules", "Lists the project's schedules, newest first.", "schedules", Examples.Schedule) with
        {
            Query = [("share_id", "of this share"), ("volume_id", "of this volume"), AllProjects],
        },
        new("POST schedules", "Makes a schedule of a share or of a volume.")
        {
            Body = """
                {
                  "share_id": "b0a1c2d3-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "name": "nightly", "cron": "30 2 * * *",
                  "time_zone": "Europe/Paris", "retention": {"keep_daily": 7, "keep_weekly": 4, "keep_monthly": 12}
                }
                """,
            Status = 201,
            Answer = Examples.Schedule,
        },
        new("GET schedules/{id}", "Shows a schedule.") { Answer = Examples.Schedule },
        new("PATCH schedules/{id}", "Changes a schedule.")
        {
            Body = """{"enabled": false}""",
            Answer = Examples.Schedule,
        },
        new("DELETE schedules/{id}", "Removes a schedule; its backups stay.") { Status = 204 },
        new("POST schedules/{id}/preview", "Says when it is due next, and which of its backups would go now.")
        {
            Body = """{"retention": {"keep_last": 3}}""",
            Answer = Examples.Preview,
        },
        List("GET holds", "Lists the holds on the project's backups, newest first.", "holds", Examples.Hold) with
        {
            Query = [("backup_id", "on this backup"), AllProjects],
        },
        new("POST holds", "Holds a backup: nobody deletes it before the hold is over or lifted.")
        {
            Body = """
                {
                  "backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12", "reason": "Case 17",
                  "expires_at": "2036-01-01T00:00:00Z"
                }
                """,
            Status = 201,
            Answer = Examples.Hold,
        },
        new("GET holds/{id}", "Shows a hold.") { Answer = Examples.Hold },
        new("PATCH holds/{id}", "Changes a hold's reason, or lets it end later; earlier is for administrators alone.")
        {
            Body = """{"expires_at": "2037-01-01T00:00:00Z"}""",
            Answer = Examples.Hold,
        },
        new("DELETE holds/{id}", "Removes a hold whose time is over; before that it is for administrators alone.")
        {
            Status = 204,
        },
        List("GET webhooks", "Lists the project's webhooks, newest first.", "webhooks", Examples.Webhook) with
        {
            Query = [AllProjects],
        },
        new("POST webhooks", "Has the project's events sent to a URL; the secret is shown in this answer alone.")
        {
            Body = """{"url": "https://hooks.example.org/holdfast", "events": ["backup.failed", "share.overdue"]}""",
            Status = 201,
            Answer = Examples.MadeWebhook,
        },
        new("GET webhooks/{id}", "Shows a webhook, and how its last delivery went.") { Answer = Examples.Webhook },
        new("PATCH webhooks/{id}", "Changes a webhook's URL, its events, or whether it is enabled.")
        {
            Body = """{"enabled": false}""",
            Answer = Examples.Webhook,
        },
        new("DELETE webhooks/{id}", "Removes a webhook, and what is on its way to it.") { Status = 204 },
        new("POST webhooks/{id}/test", "Sends an event to it that says nothing.")
        {
            Status = 202,
            Answer = Examples.Webhook,
        },
        List(
            "GET shares",
            "Lists the project's shares and how well they are backed up, newest first.",
            "shares",
            Examples.Share
        ),
        new("GET shares/{id}", "Shows a share and how well it is backed up.") { Answer = Examples.Share },
        List("GET drills", "Lists the project's restore drills, newest first.", "drills", Examples.Drill) with
        {
            Query =
            [
                ("backup_id", "of this backup"),
                ("share_id", "of backups of this share"),
                ("volume_id", "of backups of this volume"),
            ],
        },
        new("POST backups/{id}/drill", "Restores a backup into a scratch place, for trial; for administrators.")
        {
            Status = 202,
            Answer = Examples.Operation,
        },
        List(
            "GET repositories",
            "Shows what is known of the project's repository.",
            "repositories",
            Examples.Repository
        ) with
        {
            Query = [AllProjects],
        },
        new("POST repositories/{id}/verify", "Verifies a project's repository now; for administrators.")
        {
            Status = 202,
            Answer = Examples.Operation,
        },
        List(
            "GET audit",
            "Lists the entries of the project's audit trail, newest first.",
            "audit",
            Examples.AuditEntry
        ) with
        {
            Query = OfAudit(AllProjects),
        },
        new("GET audit/export", "Sends all entries of the project's audit trail as a file, oldest first.")
        {
            Query = OfAudit(("format", "csv or jsonl"), AllProjects),
            ContentType = "text/csv",
        },
        List("GET volumes", "Lists the project's volumes, newest first.", "volumes", Examples.ProtectedVolume) with
        {
            Query = [("name", "exactly this name"), ("status", "exactly this status"), AllProjects],
        },
        new(
            "POST volumes",
            "Makes an empty volume, or one of a backup; with path and project_id it registers one that is there (201)."
        )
        {
            Body = """{"size": 10, "name": "disk", "description": null, "backup_id": null}""",
            Status = 202,
            Answer = Examples.VolumeAtWork,
        },
        new("GET volumes/{id}", "Shows a volume.") { Answer = Examples.ProtectedVolume },
        new("PATCH volumes/{id}", "Changes a volume's name and description.")
        {
            Body = """{"name": "disk", "description": null}""",
            Answer = Examples.Volume,
        },
        new("DELETE volumes/{id}", "Removes a volume that was made here, and its bytes.")
        {
            Status = 202,
            Answer = Examples.VolumeAtWork,
        },
        new("POST volumes/{id}/backup", "Backs a volume up.")
        {
            Body = """{"name": "nightly", "description": null, "full": false}""",
            Status = 202,
            Answer = Examples.VolumeBackup,
        },
        new("POST volumes/{id}/restore", "Overwrites a volume with a backup of one.")
        {
            Body = """{"backup_id": "066b1e37-2d0c-4c3e-9f0a-5b8d1c7e4a12"}""",
            Status = 202,
            Answer = Examples.VolumeAtWork,
        },
        new(
            "POST volumes/{id}/unregister",
            "Forgets a registered volume, and touches no byte of it; for administrators."
        )
        {
            Status = 204,
        },
        new(
            "POST volumes/{id}/reset_status",
            "Sets a volume's status, and cancels what works on it; for administrators."
        )
        {
            Body = """{"status": "available"}""",
            Answer = Examples.Volume,
        },
    ];

    private static CallDescription List(string name, string summary, string rows, string example) =>
        new(name, summary) { IsList = true, Answer = $$"""{"{{rows}}": [{{example}}], "next_cursor": null}""" };

    private static (string, string)[] OfAudit(params (string, string)[] more) =>
        [
            ("action", "exactly this action"),
            ("backup_id", "of this backup"),
            ("object_id", "of this object"),
            ("from", "at this time or later, in ISO 8601 with its zone"),
            ("to", "before this time"),
            .. more,
        ];
}
