-- Messages.

-- Share types.

-- Shares.

-- Snapshots.

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

CREATE INDEX backups_counted ON backups (project_id, user_id, size);
CREATE INDEX shares_counted ON shares (project_id, user_id, share_type_id, size);

-- Operations.
CREATE INDEX operations_by_project_time ON operations (project_id, created_at, id);
CREATE INDEX operations_by_time ON operations (created_at, id);

-- Lists: an index for each order and filter that must stay fast with many rows.
