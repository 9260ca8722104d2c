-- Volumes that have no backup of when there should be one, and whose webhooks know.
CREATE TABLE overdue_volumes (
    volume_id TEXT PRIMARY KEY REFERENCES volumes (id) ON DELETE CASCADE,
    told_at INTEGER NOT NULL
) STRICT;
