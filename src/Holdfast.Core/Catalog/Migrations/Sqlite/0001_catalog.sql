-- Times are microseconds since 1970, UTC. Flags are 0 or 1. Maps and lists are JSON text.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE share_types (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    is_public INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    extra_specs TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE shares (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT,
    description TEXT,
    size INTEGER NOT NULL,
    status TEXT NOT NULL,
    task_state TEXT,
    protocol TEXT NOT NULL,
    share_type_id TEXT NOT NULL REFERENCES share_types (id),
    is_public INTEGER NOT NULL,
    availability_zone TEXT NOT NULL,
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    adopted INTEGER NOT NULL,
    host TEXT,
    metadata TEXT NOT NULL,
    source_backup_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    UNIQUE (root, path)
) STRICT;
CREATE INDEX shares_by_project ON shares (project_id, created_at, id);
CREATE INDEX shares_by_time ON shares (created_at, id);

CREATE TABLE export_locations (
    id TEXT PRIMARY KEY,
    share_id TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    preferred INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX export_locations_by_share ON export_locations (share_id);

CREATE TABLE backups (
    id TEXT PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    share_id TEXT NOT NULL REFERENCES shares (id),
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
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;
CREATE INDEX backups_by_project ON backups (project_id, created_at, id);
CREATE INDEX backups_by_time ON backups (created_at, id);
CREATE INDEX backups_by_status ON backups (status, created_at, id);
CREATE INDEX backups_by_share ON backups (share_id, created_at, id);

-- status: queued, running, succeeded, failed, cancelled. A claim names the epoch; whoever ends it must name it again.
CREATE TABLE operations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    share_id TEXT,
    backup_id TEXT,
    root TEXT,
    share_status TEXT,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    node TEXT,
    lease_until INTEGER,
    not_before INTEGER NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    message TEXT,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    updated_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE INDEX operations_queued ON operations (priority DESC, created_at, id) WHERE status = 'queued';
CREATE INDEX operations_running ON operations (lease_until) WHERE status = 'running';
CREATE INDEX operations_by_share ON operations (share_id, status);
CREATE INDEX operations_by_backup ON operations (backup_id, status);
CREATE INDEX operations_by_project ON operations (project_id, kind, status);
CREATE INDEX operations_finished ON operations (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,
    node TEXT NOT NULL,
    role TEXT NOT NULL,
    availability_zone TEXT NOT NULL,
    roots TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    UNIQUE (node, role)
) STRICT;

CREATE TABLE repositories (
    project_id TEXT PRIMARY KEY,
    repository_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    pruned_at INTEGER,
    freed_snapshots INTEGER NOT NULL,
    export_sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    project_id TEXT,
    object_id TEXT
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
