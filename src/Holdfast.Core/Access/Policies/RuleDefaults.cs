namespace Holdfast.Core.Access.Policies;

/// <summary>
/// Every rule there is, by Manila's names and with Manila's defaults. A rule is asked about the caller's own project
/// unless its call says otherwise; which rows are the caller's is the services' matter.
/// </summary>
public static class RuleDefaults
{
    private const string Admin = "rule:context_is_admin";
    private const string Member = "(rule:context_is_admin) or (rule:project-member)";
    private const string Reader = "(rule:context_is_admin) or (rule:project-reader)";

    public static IReadOnlyList<RuleDefault> All { get; } =
    [
        // What the others are made of.
        new(RuleSet.ContextIsAdmin, "role:admin", "Is an administrator: sees and may act on every project's objects."),
        new(
            RuleSet.ContextIsHostAdmin,
            "role:admin and project_id:%(project_id)s",
            "Sees the host and topic of shares and backups."
        ),
        new("project-admin", "role:admin and project_id:%(project_id)s", "An administrator of the project."),
        new("project-member", "role:member and project_id:%(project_id)s", "A member of the project."),
        new("project-reader", "role:reader and project_id:%(project_id)s", "A reader of the project."),
        new("owner-user", "user_id:%(user_id)s and project_id:%(project_id)s", "The user that the object belongs to."),
        new("admin_or_service_api", "role:admin or role:service", "An administrator, or another service."),
        new(
            "admin_or_owner",
            "is_admin:True or project_id:%(project_id)s",
            "An administrator, or whoever is of the project."
        ),
        new(
            "admin_or_owner_user",
            "is_admin:True or project_id:%(project_id)s and user_id:%(user_id)s",
            "An administrator, or the user that the object belongs to."
        ),
        new("default", "rule:admin_or_owner", "For rules of one's own to refer to."),
        new("admin_api", "is_admin:True", "An administrator."),
        // Share backups.
        new("share_backup:create", Member, "Back a share up."),
        new("share_backup:get", Reader, "Show a backup."),
        new("share_backup:get_all", Reader, "List backups."),
        new("share_backup:get_all_project", Admin, "List the backups of all projects."),
        new("share_backup:restore", Member, "Restore a backup."),
        new("share_backup:update", Member, "Change a backup's name and description."),
        new("share_backup:delete", Member, "Delete a backup."),
        new("share_backup:reset_status", Admin, "Set a backup's status."),
        // What is in a backup, of a share or of a volume: native calls.
        new("backup_file:get", Reader, "Look into a backup."),
        new("backup_file:download", Reader, "Download what is in a backup."),
        // Shares.
        new("share:create", Member, "Make a share."),
        new("share:create_public_share", Admin, "Make a share that every project sees."),
        new("share:get", Reader, "Show a share."),
        new("share:get_all", Reader, "List shares."),
        new("share:list_all_projects", Admin, "List the shares of all projects."),
        new("share:list_by_host", Admin, "List shares by their host."),
        new("share:list_by_share_server_id", Admin, "List shares by their share server."),
        new("share:update", Member, "Change a share's name and description."),
        new("share:set_public_share", Admin, "Let every project see a share."),
        new("share:delete", Member, "Delete a share."),
        new("share:force_delete", Admin, "Delete a share whatever its status is."),
        new("share:soft_delete", Member, "Put a share into the recycle bin."),
        new("share:restore", Member, "Take a share out of the recycle bin."),
        new("share:extend", Member, "Enlarge a share."),
        new("share:force_extend", Admin, "Enlarge a share without asking for room."),
        new("share:extend_beyond_max_share_size_spec", Admin, "Enlarge a share beyond its type's largest size."),
        new("share:shrink", Member, "Shrink a share."),
        new("share:get_share_metadata", Reader, "Show a share's metadata."),
        new("share:update_share_metadata", Member, "Set a share's metadata."),
        new("share:delete_share_metadata", Member, "Delete a share's metadata."),
        new("share:manage", Admin, "Adopt a directory as a share."),
        new("share:unmanage", Admin, "Forget a share, and leave its directory."),
        new("share:reset_status", Admin, "Set a share's status."),
        new("share:reset_task_state", Admin, "Set a share's task state."),
        new("share_export_location:index", Reader, "List a share's export locations."),
        new("share_export_location:show", Reader, "Show an export location."),
        // Share snapshots.
        new("share:create_snapshot", Member, "Make a snapshot of a share."),
        new("share:delete_snapshot", Member, "Delete a share snapshot."),
        new("share:snapshot_update", Member, "Change a share snapshot's name and description."),
        new("share:revert_to_snapshot", Member, "Revert a share to a snapshot, which no share can."),
        new("share_snapshot:access_list", Reader, "List the access to a share snapshot, which none has."),
        new("share_snapshot:allow_access", Member, "Allow access to a share snapshot, which none has."),
        new("share_snapshot:deny_access", Member, "Deny access to a share snapshot, which none has."),
        new("share_snapshot:get_snapshot", Reader, "Show a share snapshot."),
        new("share_snapshot:get_all_snapshots", Reader, "List share snapshots."),
        new("share_snapshot:list_all_projects", Admin, "List the share snapshots of all projects."),
        new("share_snapshot:force_delete", Admin, "Delete a share snapshot whatever its status."),
        new("share_snapshot:reset_status", Admin, "Set a share snapshot's status."),
        new("share_snapshot:get_metadata", Reader, "Show a share snapshot's metadata."),
        new("share_snapshot:update_metadata", Member, "Set a share snapshot's metadata."),
        new("share_snapshot:delete_metadata", Member, "Remove a share snapshot's metadata."),
        new("share_snapshot_export_location:index", Reader, "List a share snapshot's export locations."),
        // Share types.
        new("share_type:index", Reader, "List share types."),
        new("share_type:show", Reader, "Show a share type."),
        new("share_type:default", Reader, "Show the default share type."),
        new("share_type:create", Admin, "Make a share type."),
        new("share_type:update", Admin, "Change a share type."),
        new("share_type:delete", Admin, "Delete a share type."),
        new("share_type:list_project_access", Admin, "List the projects that a share type was given to."),
        new("share_type:add_project_access", Admin, "Give a share type to a project."),
        new("share_type:remove_project_access", Admin, "Take a share type from a project."),
        new("share_types_extra_spec:index", Admin, "List a share type's extra specs, and shares by them."),
        new("share_types_extra_spec:show", Admin, "Show an extra spec."),
        new("share_types_extra_spec:create", Admin, "Set extra specs."),
        new("share_types_extra_spec:update", Admin, "Change an extra spec."),
        new("share_types_extra_spec:delete", Admin, "Delete an extra spec."),
        // Quotas.
        new("quota_set:show", Reader, "Show a project's quotas: the caller's own, or as an administrator any."),
        new("quota_set:update", Admin, "Set the quotas of a project, or of a user or a share type in it."),
        new("quota_set:delete", Admin, "Put quotas back to the defaults."),
        new(
            "quota_class_set:show",
            Reader,
            "Show a quota class; no class is a project's own, so administrators alone do."
        ),
        new("quota_class_set:update", Admin, "Set the quotas of a class; the class default is every project's."),
        // Messages.
        new("message:get", Reader, "Show a message."),
        new("message:get_all", Reader, "List messages."),
        new("message:delete", Member, "Delete a message."),
        // What there is of Manila's surroundings.
        new("share_replica:get_all", Reader, "List share replicas, of which there are none."),
        new("share_replica:show", Reader, "Show a share replica."),
        new("service:index", Admin, "List the parts of the service."),
        new("availability_zone:index", Reader, "List availability zones."),
        // Operations: a native call, with names in Manila's manner.
        new("operation:get", Reader, "Show an operation."),
        new("operation:get_all", Reader, "List operations."),
        new("operation:get_all_project", Admin, "List the operations of all projects."),
        new("operation:cancel", Member, "Cancel an operation."),
        // Volumes and their backups: VBS's calls and native ones.
        new("volume:create", Member, "Make a volume, empty or from a backup."),
        new("volume:register", Admin, "Adopt an image or a block device as a project's volume."),
        new("volume:unregister", Admin, "Forget a volume, and leave its image or device."),
        new("volume:reset_status", Admin, "Set a volume's status."),
        new("volume:get", Reader, "Show a volume."),
        new("volume:get_all", Reader, "List volumes."),
        new("volume:get_all_project", Admin, "List the volumes of all projects."),
        new("volume:update", Member, "Change a volume's name and description."),
        new("volume:delete", Member, "Delete a volume."),
        new("volume_backup:create", Member, "Back a volume up."),
        new("volume_backup:get", Reader, "Show a volume's backup."),
        new("volume_backup:get_all", Reader, "List the backups of volumes."),
        new("volume_backup:restore", Member, "Restore a volume's backup."),
        new("volume_backup:delete", Member, "Delete a volume's backup."),
        // Sharings.
        new("sharing:create", Member, "Share a backup with other projects."),
        new("sharing:get", Reader, "Show a sharing."),
        new("sharing:get_all", Reader, "List sharings."),
        new("sharing:cancel", Member, "End a sharing of one's own backup."),
        new("sharing:accept", Member, "Accept or reject a sharing that one's project was given."),
        new("sharing:leave", Member, "Give a sharing back that one's project was given."),
        // Backups that come by themselves, and those that must stay.
        new("schedule:create", Member, "Make a schedule; backing the share or volume up must be allowed, too."),
        new("schedule:get", Reader, "Show a schedule, and what its retention would delete."),
        new("schedule:get_all", Reader, "List schedules."),
        new("schedule:get_all_project", Admin, "List the schedules of all projects."),
        new("schedule:update", Member, "Change a schedule."),
        new("schedule:delete", Member, "Remove a schedule; its backups stay."),
        new("hold:create", Member, "Hold a backup, so that nobody deletes it."),
        new("hold:get", Reader, "Show a hold."),
        new("hold:get_all", Reader, "List holds."),
        new("hold:get_all_project", Admin, "List the holds of all projects."),
        new("hold:update", Member, "Change a hold's reason, or hold for longer."),
        new("hold:delete", Member, "Remove a hold whose time is over."),
        new("hold:lift", Admin, "End a hold before its time is over."),
        // Whether backups can be restored.
        new("drill:get_all", Reader, "List restore drills."),
        new("drill:create", Admin, "Restore a backup into the service's scratch place, for trial."),
        new("repository:get_all", Reader, "Show what is known of the project's repository."),
        new("repository:get_all_project", Admin, "Show what is known of all repositories, and what was found in them."),
        new("repository:verify", Admin, "Verify a repository now."),
        // Who is told what happened.
        new("webhook:create", Member, "Have the project's events sent to a host that the operator has listed."),
        new("webhook:any_host", Admin, "Have events sent to any host; not to addresses of private networks."),
        new("webhook:all_projects", Admin, "Have the events of all projects sent."),
        new("webhook:get", Member, "Show a webhook."),
        new("webhook:get_all", Member, "List webhooks."),
        new("webhook:get_all_project", Admin, "List the webhooks of all projects."),
        new("webhook:update", Member, "Change a webhook, or send a test event to it."),
        new("webhook:delete", Member, "Remove a webhook, and what is on its way to it."),
        // The audit trail.
        new("audit:get_all", Reader, "Read the project's audit trail."),
        new("audit:get_all_project", Admin, "Read the audit trail of all projects."),
    ];
}
