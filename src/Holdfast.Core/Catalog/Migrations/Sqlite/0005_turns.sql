-- Projects take turns. Queued operations stand in one queue for each kind, project and root, by when they may begin.
-- Of whatever status: SQLite prefers any index with the status to a partial one.
CREATE INDEX operations_queued
    ON operations (status, (kind || '/' || project_id || '/' || coalesce(root, '')), not_before, id);
DROP INDEX operations_by_priority;
-- When it was last claimed.
ALTER TABLE operations ADD COLUMN claimed_at INTEGER;
CREATE INDEX operations_claimed ON operations (project_id, kind, claimed_at) WHERE claimed_at IS NOT NULL;

-- Of all that have had the node's name: the process that has it now.
ALTER TABLE nodes ADD COLUMN process TEXT;
