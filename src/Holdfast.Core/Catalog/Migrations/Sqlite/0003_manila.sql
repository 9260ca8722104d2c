-- Messages.

-- Share types.

-- Shares.

-- Snapshots.

-- Quotas.

-- Operations.
CREATE INDEX operations_by_project_time ON operations (project_id, created_at, id);
CREATE INDEX operations_by_time ON operations (created_at, id);

-- Lists: an index for each order and filter that must stay fast with many rows.
