-- Backups that come by themselves, and which of them stay.
CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT,
    share_id TEXT REFERENCES shares (id) ON DELETE CASCADE,
    volume_id TEXT REFERENCES volumes (id) ON DELETE CASCADE,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    retention TEXT NOT NULL,
    -- When it is due: past while it waits for its turn; null when it is not enabled.
    next_at INTEGER,
    -- When the scheduler looks at it: later than it is due where the last look was in vain.
    look_at INTEGER,
    -- When the scheduler sees again which of its backups stay.
    retain_at INTEGER,
    last_at INTEGER,
    last_backup_id TEXT,
    problem TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    CHECK ((share_id IS NULL) <> (volume_id IS NULL))
) STRICT;
CREATE INDEX schedules_by_project ON schedules (project_id, created_at, id);
CREATE INDEX schedules_by_time ON schedules (created_at, id);
CREATE INDEX schedules_by_share ON schedules (share_id) WHERE share_id IS NOT NULL;
CREATE INDEX schedules_by_volume ON schedules (volume_id) WHERE volume_id IS NOT NULL;
CREATE INDEX schedules_due ON schedules (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX schedules_to_retain ON schedules (retain_at) WHERE retain_at IS NOT NULL;

-- The schedule that has asked for the backup, and that alone may let it go.
ALTER TABLE backups ADD COLUMN schedule_id TEXT;
CREATE INDEX backups_with_schedule ON backups (schedule_id, created_at, id) WHERE schedule_id IS NOT NULL;

-- Backups that must stay. One whose time is over holds nothing, and goes with its backup.
CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    reason TEXT,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;
CREATE INDEX holds_by_backup ON holds (backup_id, created_at, id);
CREATE INDEX holds_by_project ON holds (project_id, created_at, id);
CREATE INDEX holds_by_time ON holds (created_at, id);

-- Whether backups can be restored.
-- When the backup was there: what is proven of the repository's data at a later time is proven of it.
ALTER TABLE backups ADD COLUMN completed_at INTEGER;
-- When a drill last restored it.
ALTER TABLE backups ADD COLUMN restored_at INTEGER;
-- What a verification has found wrong with it, in words for its project.
ALTER TABLE backups ADD COLUMN damage TEXT;
-- When the last verification ended, and what it leaves for the next, as JSON text.
ALTER TABLE repositories ADD COLUMN verified_at INTEGER;
ALTER TABLE repositories ADD COLUMN verification TEXT;
-- All data that was there then has been read and found whole since, but for what is damaged.
ALTER TABLE repositories ADD COLUMN proven_at INTEGER;

-- Restores into a scratch place, to see that they work and how long they take.
CREATE TABLE drills (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    share_id TEXT REFERENCES shares (id) ON DELETE CASCADE,
    volume_id TEXT REFERENCES volumes (id) ON DELETE CASCADE,
    -- passed, failed or skipped; null until it has ended.
    outcome TEXT,
    reason TEXT,
    -- What was restored, and in how many microseconds.
    bytes INTEGER NOT NULL,
    files INTEGER NOT NULL,
    duration INTEGER,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX drills_by_project ON drills (project_id, created_at, id);
CREATE INDEX drills_by_time ON drills (created_at, id);
CREATE INDEX drills_by_share ON drills (share_id, created_at) WHERE share_id IS NOT NULL;
CREATE INDEX drills_by_volume ON drills (volume_id, created_at) WHERE volume_id IS NOT NULL;
CREATE INDEX drills_by_backup ON drills (backup_id, created_at);
