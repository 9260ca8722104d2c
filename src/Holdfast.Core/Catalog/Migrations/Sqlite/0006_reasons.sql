CREATE INDEX backups_by_reason ON backups (of_volume, project_id, substr(coalesce(fail_reason, ''), 1, 255), id);
