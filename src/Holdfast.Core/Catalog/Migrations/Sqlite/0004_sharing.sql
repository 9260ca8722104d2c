-- Volumes: raw images and block devices beneath volume roots.
CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT,
    description TEXT,
    size INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    status TEXT NOT NULL,
    kind TEXT NOT NULL,
    availability_zone TEXT NOT NULL,
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    adopted INTEGER NOT NULL,
    host TEXT,
    source_backup_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    UNIQUE (root, path)
) STRICT;
CREATE INDEX volumes_by_project ON volumes (project_id, created_at, id);
CREATE INDEX volumes_by_time ON volumes (created_at, id);

-- Backups: of a share or of a volume.
CREATE TABLE backups_of_both (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    share_id TEXT REFERENCES shares (id),
    volume_id TEXT REFERENCES volumes (id),
    -- Leads the indexes of lists: no list has backups of both.
    of_volume INTEGER NOT NULL DEFAULT 0,
    name TEXT,
    description TEXT,
    size INTEGER NOT NULL,
    status TEXT NOT NULL,
    availability_zone TEXT NOT NULL,
    progress INTEGER NOT NULL,
    restore_progress INTEGER NOT NULL,
    backup_type TEXT,
    options TEXT,
    host TEXT,
    topic TEXT,
    fail_reason TEXT,
    snapshot_id TEXT,
    capture TEXT,
    item_errors INTEGER NOT NULL,
    notes TEXT,
    -- What is known of the data once it is there; nulls where it was taken before these were.
    data_at INTEGER,
    is_incremental INTEGER,
    object_count INTEGER,
    -- What a volume's backup holds; size is the same in GiB.
    bytes INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    CHECK ((share_id IS NULL) <> (volume_id IS NULL)),
    CHECK (of_volume = (volume_id IS NOT NULL))
) STRICT;
INSERT INTO backups_of_both (id, project_id, user_id, share_id, name, description, size, status, availability_zone, progress,
    restore_progress, backup_type, options, host, topic, fail_reason, snapshot_id, capture, item_errors, notes, created_at,
    updated_at)
SELECT id, project_id, user_id, share_id, name, description, size, status, availability_zone, progress, restore_progress,
    backup_type, options, host, topic, fail_reason, snapshot_id, capture, item_errors, notes, created_at, updated_at
FROM backups;
DROP TABLE backups;
ALTER TABLE backups_of_both RENAME TO backups;

-- Of both: what quotas count, and what a source has.
CREATE INDEX backups_counted ON backups (project_id, user_id, share_id, size);
CREATE INDEX backups_by_share ON backups (share_id, created_at, id);
CREATE INDEX backups_by_volume ON backups (volume_id, created_at, id);
-- Of one kind: an index for each order and filter, as before.
CREATE INDEX backups_by_time ON backups (of_volume, created_at, id);
CREATE INDEX backups_by_status ON backups (of_volume, status, created_at, id);
CREATE INDEX backups_by_project ON backups (of_volume, project_id, created_at, id, name, description);
CREATE INDEX backups_with_name ON backups (of_volume, project_id, name, created_at, id);
CREATE INDEX backups_with_description ON backups (of_volume, project_id, description, created_at, id);
CREATE INDEX backups_with_status ON backups (of_volume, project_id, status, created_at, id);
CREATE INDEX backups_with_share ON backups (project_id, share_id, created_at, id, of_volume);
CREATE INDEX backups_with_host ON backups (of_volume, project_id, host, created_at, id);
CREATE INDEX backups_with_topic ON backups (of_volume, project_id, topic, created_at, id);
CREATE INDEX backups_by_id ON backups (of_volume, project_id, id);
CREATE INDEX backups_by_size ON backups (of_volume, project_id, size, id);
CREATE INDEX backups_by_user ON backups (of_volume, project_id, user_id, id);
CREATE INDEX backups_by_zone ON backups (of_volume, project_id, availability_zone, id);
CREATE INDEX backups_by_progress ON backups (of_volume, project_id, progress, id);
CREATE INDEX backups_by_restore_progress ON backups (of_volume, project_id, restore_progress, id);
CREATE INDEX backups_by_change ON backups (of_volume, project_id, coalesce(updated_at, 0), id);
CREATE INDEX backups_by_name ON backups (of_volume, project_id, coalesce(name, ''), id);
CREATE INDEX backups_by_description ON backups (of_volume, project_id, coalesce(description, ''), id);
CREATE INDEX backups_by_state ON backups (of_volume, project_id, coalesce(status, ''), id);
CREATE INDEX backups_by_source ON backups (of_volume, project_id, coalesce(share_id, ''), id);
CREATE INDEX backups_by_host ON backups (of_volume, project_id, coalesce(host, ''), id);
CREATE INDEX backups_by_topic ON backups (of_volume, project_id, coalesce(topic, ''), id);
CREATE INDEX backups_by_type ON backups (of_volume, project_id, coalesce(backup_type, ''), id);
CREATE INDEX backups_of_all_by_state ON backups (of_volume, coalesce(status, ''), id);

-- Sharings: a backup given to another project. What has ended is gone from here; the audit trail keeps it.
CREATE TABLE sharings (
    id TEXT PRIMARY KEY,
    backup_id TEXT NOT NULL REFERENCES backups (id),
    from_project_id TEXT NOT NULL,
    to_project_id TEXT NOT NULL,
    state TEXT NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    UNIQUE (backup_id, to_project_id)
) STRICT;
CREATE INDEX sharings_given ON sharings (from_project_id, created_at, id);
CREATE INDEX sharings_given_of ON sharings (from_project_id, backup_id, created_at, id);
CREATE INDEX sharings_between ON sharings (from_project_id, to_project_id, created_at, id);
CREATE INDEX sharings_received ON sharings (to_project_id, created_at, id);
-- What lists of sharings filter and order by. Every sharing has its backup: a left join, so that whoever asks nothing of the
-- backup does not look it up.
CREATE VIEW shared_backups AS
SELECT s.id, s.backup_id, s.from_project_id, s.to_project_id, s.state, s.expires_at, s.created_at, s.updated_at,
    b.name, b.status, b.size, b.availability_zone, coalesce(b.share_id, b.volume_id) AS source_id
FROM sharings AS s LEFT JOIN backups AS b ON b.id = s.backup_id;
CREATE INDEX sharings_by_expiry ON sharings (expires_at) WHERE expires_at IS NOT NULL;

-- Operations.
-- The share's or the volume's status before.
ALTER TABLE operations RENAME COLUMN share_status TO status_before;
ALTER TABLE operations ADD COLUMN volume_id TEXT;
-- Whose repository it reads, where that is not its own project's: a recipient's restore.
ALTER TABLE operations ADD COLUMN repository_project_id TEXT;
-- restic's snapshot that must stay while the operation lives, whatever becomes of its backup.
ALTER TABLE operations ADD COLUMN pinned_snapshot_id TEXT;
UPDATE operations SET pinned_snapshot_id = (SELECT snapshot_id FROM backups WHERE backups.id = operations.backup_id)
WHERE kind = 'restore_backup' AND status IN ('queued', 'running');
CREATE INDEX operations_by_volume ON operations (volume_id, status) WHERE volume_id IS NOT NULL;
CREATE INDEX operations_pinning ON operations (pinned_snapshot_id, status) WHERE pinned_snapshot_id IS NOT NULL;

-- The audit trail: project_id is whose trail it is; these say who, from where, in which request, and of which backup.
ALTER TABLE audit ADD COLUMN actor_project_id TEXT;
ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN request_id TEXT;
ALTER TABLE audit ADD COLUMN backup_id TEXT;
ALTER TABLE audit ADD COLUMN details TEXT;
CREATE INDEX audit_by_project ON audit (project_id, at, id);
CREATE INDEX audit_by_action ON audit (action, at, id);
CREATE INDEX audit_with_action ON audit (project_id, action, at, id);
CREATE INDEX audit_with_backup ON audit (backup_id, project_id, at, id) WHERE backup_id IS NOT NULL;
CREATE INDEX audit_with_object ON audit (object_id, project_id, at, id) WHERE object_id IS NOT NULL;
CREATE INDEX audit_by_object ON audit (object_id, action, actor, at) WHERE object_id IS NOT NULL;

-- Shares.
-- The share snapshot that it was made of, which may be gone since.
ALTER TABLE shares ADD COLUMN snapshot_id TEXT;
CREATE INDEX shares_with_snapshot ON shares (project_id, snapshot_id, created_at, id);
