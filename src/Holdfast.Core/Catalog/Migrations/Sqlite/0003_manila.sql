-- Messages.
CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    detail_id TEXT NOT NULL,
    message_level TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    user_message TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_by_project ON messages (project_id, created_at, id);
CREATE INDEX messages_by_time ON messages (created_at, id);
CREATE INDEX messages_by_resource ON messages (resource_id, created_at, id);
CREATE INDEX messages_by_expiry ON messages (expires_at);

-- Share types.
-- Which projects may use a type that is not public.
CREATE TABLE share_type_projects (
    share_type_id TEXT NOT NULL REFERENCES share_types (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL,
    PRIMARY KEY (share_type_id, project_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_type ON shares (share_type_id, created_at, id);

-- Shares.
-- Set while a share is in the recycle bin.
ALTER TABLE shares ADD COLUMN scheduled_to_be_deleted_at INTEGER;
CREATE INDEX shares_in_bin ON shares (scheduled_to_be_deleted_at) WHERE scheduled_to_be_deleted_at IS NOT NULL;

-- Snapshots.
CREATE TABLE share_snapshots (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    share_id TEXT NOT NULL REFERENCES shares (id),
    name TEXT,
    description TEXT,
    size INTEGER NOT NULL,
    status TEXT NOT NULL,
    protocol TEXT NOT NULL,
    metadata TEXT NOT NULL,
    root TEXT NOT NULL,
    capture TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;
CREATE INDEX share_snapshots_by_project ON share_snapshots (project_id, created_at, id);
CREATE INDEX share_snapshots_by_time ON share_snapshots (created_at, id);
CREATE INDEX share_snapshots_by_share ON share_snapshots (share_id, created_at, id);
CREATE INDEX share_snapshots_counted ON share_snapshots (project_id, user_id, share_id, size);

ALTER TABLE operations ADD COLUMN snapshot_id TEXT;
CREATE INDEX operations_by_snapshot ON operations (snapshot_id, status) WHERE snapshot_id IS NOT NULL;

-- Quotas. Limits alone: what is in use is counted from the rows, each project's by one index that has all it needs.
CREATE TABLE quotas (
    project_id TEXT NOT NULL,
    user_id TEXT,
    share_type_id TEXT REFERENCES share_types (id) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    hard_limit INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX quotas_by_scope
    ON quotas (project_id, coalesce(user_id, ''), coalesce(share_type_id, ''), resource);
CREATE INDEX quotas_by_share_type ON quotas (share_type_id) WHERE share_type_id IS NOT NULL;

CREATE TABLE quota_classes (
    name TEXT NOT NULL,
    resource TEXT NOT NULL,
    hard_limit INTEGER NOT NULL,
    PRIMARY KEY (name, resource)
) STRICT, WITHOUT ROWID;

CREATE INDEX backups_counted ON backups (project_id, user_id, share_id, size);
CREATE INDEX shares_counted ON shares (project_id, user_id, share_type_id, size);

-- Operations.
-- Who may cancel it, and who may know the share.
ALTER TABLE operations ADD COLUMN asked_by_admin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN foreign_share INTEGER NOT NULL DEFAULT 0;
CREATE INDEX operations_by_project_time ON operations (project_id, created_at, id);
CREATE INDEX operations_by_time ON operations (created_at, id);
ALTER TABLE operations ADD COLUMN lost_claims INTEGER NOT NULL DEFAULT 0;

-- Lists: an index for each order and filter that must stay fast with many rows.
-- A project's backups in the default order, with the texts that are searched.
DROP INDEX backups_by_project;
CREATE INDEX backups_by_project ON backups (project_id, created_at, id, name, description);
-- Filters, in the default order.
CREATE INDEX backups_with_name ON backups (project_id, name, created_at, id);
CREATE INDEX backups_with_description ON backups (project_id, description, created_at, id);
CREATE INDEX backups_with_status ON backups (project_id, status, created_at, id);
CREATE INDEX backups_with_share ON backups (project_id, share_id, created_at, id);
CREATE INDEX backups_with_host ON backups (project_id, host, created_at, id);
CREATE INDEX backups_with_topic ON backups (project_id, topic, created_at, id);
-- Other orders. What filters use too is an expression here: a filter must never take these and sort.
CREATE INDEX backups_by_id ON backups (project_id, id);
CREATE INDEX backups_by_size ON backups (project_id, size, id);
CREATE INDEX backups_by_user ON backups (project_id, user_id, id);
CREATE INDEX backups_by_zone ON backups (project_id, availability_zone, id);
CREATE INDEX backups_by_progress ON backups (project_id, progress, id);
CREATE INDEX backups_by_restore_progress ON backups (project_id, restore_progress, id);
CREATE INDEX backups_by_change ON backups (project_id, coalesce(updated_at, 0), id);
CREATE INDEX backups_by_name ON backups (project_id, coalesce(name, ''), id);
CREATE INDEX backups_by_description ON backups (project_id, coalesce(description, ''), id);
CREATE INDEX backups_by_state ON backups (project_id, coalesce(status, ''), id);
CREATE INDEX backups_by_source ON backups (project_id, coalesce(share_id, ''), id);
CREATE INDEX backups_by_host ON backups (project_id, coalesce(host, ''), id);
CREATE INDEX backups_by_topic ON backups (project_id, coalesce(topic, ''), id);
CREATE INDEX backups_by_type ON backups (project_id, coalesce(backup_type, ''), id);
CREATE INDEX backups_of_all_by_state ON backups (coalesce(status, ''), id);
-- A project's shares and others' public ones, with their filters; a name of all projects too, since clients look names up.
CREATE INDEX shares_public ON shares (created_at, id) WHERE is_public;
CREATE INDEX shares_public_with_name ON shares (name, created_at, id) WHERE is_public;
CREATE INDEX shares_of_all_with_name ON shares (name, created_at, id);
CREATE INDEX shares_with_name ON shares (project_id, name, created_at, id);
CREATE INDEX shares_with_status ON shares (project_id, status, created_at, id);
CREATE INDEX shares_with_type ON shares (project_id, share_type_id, created_at, id);
-- Snapshots and messages.
CREATE INDEX share_snapshots_with_name ON share_snapshots (project_id, name, created_at, id);
CREATE INDEX share_snapshots_with_status ON share_snapshots (project_id, status, created_at, id);
CREATE INDEX messages_with_request ON messages (project_id, request_id, created_at, id);
-- Operations. What is queued is found by its status as what is listed is: each order has an index of its own.
DROP INDEX operations_queued;
CREATE INDEX operations_by_priority ON operations (status, priority DESC, created_at, id);
CREATE INDEX operations_by_status ON operations (status, created_at, id);
CREATE INDEX operations_by_kind ON operations (kind, created_at, id);
CREATE INDEX operations_with_status ON operations (project_id, status, created_at, id);
CREATE INDEX operations_with_kind ON operations (project_id, kind, created_at, id);
CREATE INDEX operations_with_share ON operations (project_id, share_id, created_at, id);
CREATE INDEX operations_with_backup ON operations (project_id, backup_id, created_at, id);
