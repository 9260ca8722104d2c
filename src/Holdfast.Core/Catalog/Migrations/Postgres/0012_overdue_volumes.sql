-- Volumes that have no backup of when there should be one, and whose webhooks know.
CREATE TABLE overdue_volumes (
    volume_id TEXT COLLATE "C" PRIMARY KEY REFERENCES volumes (id) ON DELETE CASCADE,
    told_at BIGINT NOT NULL
);
