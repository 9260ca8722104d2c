-- Times are microseconds since 1970, UTC. Maps and lists are JSON text. Texts are compared byte by byte, so that no upgrade of the
-- system's collations changes an order that an index was made in.

CREATE TABLE settings (
    name TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE projects (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    token_epoch BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C",
    email TEXT COLLATE "C",
    default_project_id TEXT COLLATE "C",
    enabled BOOLEAN NOT NULL,
    password_hash TEXT COLLATE "C",
    token_epoch BIGINT NOT NULL
);

CREATE TABLE roles (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C"
);

CREATE TABLE role_assignments (
    project_id TEXT COLLATE "C" NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id TEXT COLLATE "C" NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (project_id, user_id, role_id)
);
CREATE INDEX role_assignments_by_user ON role_assignments (user_id, project_id);
CREATE INDEX role_assignments_by_role ON role_assignments (role_id);

-- Sealed by the master key. The newest signs.
CREATE TABLE token_keys (
    id BIGINT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- Until the token would have expired.
CREATE TABLE revoked_tokens (
    audit_id TEXT COLLATE "C" PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE share_types (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT COLLATE "C",
    is_public BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    extra_specs TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

-- Which projects may use a type that is not public.
CREATE TABLE share_type_projects (
    share_type_id TEXT COLLATE "C" NOT NULL REFERENCES share_types (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (share_type_id, project_id)
);

CREATE TABLE shares (
    id TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    size BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    task_state TEXT COLLATE "C",
    protocol TEXT COLLATE "C" NOT NULL,
    share_type_id TEXT COLLATE "C" NOT NULL REFERENCES share_types (id),
    is_public BOOLEAN NOT NULL,
    availability_zone TEXT COLLATE "C" NOT NULL,
    root TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    adopted BOOLEAN NOT NULL,
    host TEXT COLLATE "C",
    metadata TEXT COLLATE "C" NOT NULL,
    source_backup_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT,
    scheduled_to_be_deleted_at BIGINT,
    snapshot_id TEXT COLLATE "C",
    UNIQUE (root, path)
);
CREATE INDEX shares_by_project ON shares (project_id, created_at, id);
CREATE INDEX shares_by_time ON shares (created_at, id);
CREATE INDEX shares_by_type ON shares (share_type_id, created_at, id);
CREATE INDEX shares_in_bin ON shares (scheduled_to_be_deleted_at) WHERE scheduled_to_be_deleted_at IS NOT NULL;
CREATE INDEX shares_counted ON shares (project_id, user_id, share_type_id, size);
CREATE INDEX shares_public ON shares (created_at, id) WHERE is_public;
CREATE INDEX shares_public_with_name ON shares (name, created_at, id) WHERE is_public;
CREATE INDEX shares_of_all_with_name ON shares (name, created_at, id);
CREATE INDEX shares_with_name ON shares (project_id, name, created_at, id);
CREATE INDEX shares_with_status ON shares (project_id, status, created_at, id);
CREATE INDEX shares_with_type ON shares (project_id, share_type_id, created_at, id);
CREATE INDEX shares_with_snapshot ON shares (project_id, snapshot_id, created_at, id);

CREATE TABLE export_locations (
    id TEXT COLLATE "C" PRIMARY KEY,
    share_id TEXT COLLATE "C" NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    path TEXT COLLATE "C" NOT NULL,
    preferred BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX export_locations_by_share ON export_locations (share_id);

CREATE TABLE share_snapshots (
    id TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    share_id TEXT COLLATE "C" NOT NULL REFERENCES shares (id),
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    size BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    protocol TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    root TEXT COLLATE "C" NOT NULL,
    capture TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX share_snapshots_by_project ON share_snapshots (project_id, created_at, id);
CREATE INDEX share_snapshots_by_time ON share_snapshots (created_at, id);
CREATE INDEX share_snapshots_by_share ON share_snapshots (share_id, created_at, id);
CREATE INDEX share_snapshots_counted ON share_snapshots (project_id, user_id, share_id, size);
CREATE INDEX share_snapshots_with_name ON share_snapshots (project_id, name, created_at, id);
CREATE INDEX share_snapshots_with_status ON share_snapshots (project_id, status, created_at, id);

-- Raw images and block devices beneath volume roots.
CREATE TABLE volumes (
    id TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    size BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    availability_zone TEXT COLLATE "C" NOT NULL,
    root TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    adopted BOOLEAN NOT NULL,
    host TEXT COLLATE "C",
    source_backup_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT,
    UNIQUE (root, path)
);
CREATE INDEX volumes_by_project ON volumes (project_id, created_at, id);
CREATE INDEX volumes_by_time ON volumes (created_at, id);

-- Of a share or of a volume.
CREATE TABLE backups (
    id TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    share_id TEXT COLLATE "C" REFERENCES shares (id),
    volume_id TEXT COLLATE "C" REFERENCES volumes (id),
    of_volume BOOLEAN NOT NULL DEFAULT FALSE,
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    size BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    availability_zone TEXT COLLATE "C" NOT NULL,
    progress BIGINT NOT NULL,
    restore_progress BIGINT NOT NULL,
    backup_type TEXT COLLATE "C",
    options TEXT COLLATE "C",
    host TEXT COLLATE "C",
    topic TEXT COLLATE "C",
    fail_reason TEXT COLLATE "C",
    snapshot_id TEXT COLLATE "C",
    capture TEXT COLLATE "C",
    item_errors BIGINT NOT NULL,
    notes TEXT COLLATE "C",
    data_at BIGINT,
    is_incremental BOOLEAN,
    object_count BIGINT,
    bytes BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT,
    CHECK ((share_id IS NULL) <> (volume_id IS NULL)),
    CHECK (of_volume = (volume_id IS NOT NULL))
);
CREATE INDEX backups_counted ON backups (project_id, user_id, share_id, size);
CREATE INDEX backups_by_share ON backups (share_id, created_at, id);
CREATE INDEX backups_by_volume ON backups (volume_id, created_at, id);
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

-- A backup given to another project. What has ended is gone from here; the audit trail keeps it.
CREATE TABLE sharings (
    id TEXT COLLATE "C" PRIMARY KEY,
    backup_id TEXT COLLATE "C" NOT NULL REFERENCES backups (id),
    from_project_id TEXT COLLATE "C" NOT NULL,
    to_project_id TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT,
    UNIQUE (backup_id, to_project_id)
);
CREATE INDEX sharings_given ON sharings (from_project_id, created_at, id);
CREATE INDEX sharings_given_of ON sharings (from_project_id, backup_id, created_at, id);
CREATE INDEX sharings_between ON sharings (from_project_id, to_project_id, created_at, id);
CREATE INDEX sharings_received ON sharings (to_project_id, created_at, id);
CREATE INDEX sharings_by_expiry ON sharings (expires_at) WHERE expires_at IS NOT NULL;

-- What lists of sharings filter and order by. Every sharing has its backup: a left join, so that whoever asks nothing of the
-- backup does not look it up.
CREATE VIEW shared_backups AS
SELECT s.id, s.backup_id, s.from_project_id, s.to_project_id, s.state, s.expires_at, s.created_at, s.updated_at,
    b.name, b.status, b.size, b.availability_zone, coalesce(b.share_id, b.volume_id) AS source_id
FROM sharings AS s LEFT JOIN backups AS b ON b.id = s.backup_id;

-- status: queued, running, succeeded, failed, cancelled. A claim names the epoch; whoever ends it must name it again.
CREATE TABLE operations (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    share_id TEXT COLLATE "C",
    backup_id TEXT COLLATE "C",
    root TEXT COLLATE "C",
    status_before TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    node TEXT COLLATE "C",
    lease_until BIGINT,
    not_before BIGINT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    message TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT,
    snapshot_id TEXT COLLATE "C",
    asked_by_admin BOOLEAN NOT NULL DEFAULT FALSE,
    foreign_share BOOLEAN NOT NULL DEFAULT FALSE,
    lost_claims BIGINT NOT NULL DEFAULT 0,
    volume_id TEXT COLLATE "C",
    repository_project_id TEXT COLLATE "C",
    pinned_snapshot_id TEXT COLLATE "C"
);
CREATE INDEX operations_running ON operations (lease_until) WHERE status = 'running';
CREATE INDEX operations_by_share ON operations (share_id, status);
CREATE INDEX operations_by_backup ON operations (backup_id, status);
CREATE INDEX operations_by_project ON operations (project_id, kind, status);
CREATE INDEX operations_finished ON operations (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX operations_by_snapshot ON operations (snapshot_id, status) WHERE snapshot_id IS NOT NULL;
CREATE INDEX operations_by_project_time ON operations (project_id, created_at, id);
CREATE INDEX operations_by_time ON operations (created_at, id);
CREATE INDEX operations_by_priority ON operations (status, priority DESC, created_at, id);
CREATE INDEX operations_by_status ON operations (status, created_at, id);
CREATE INDEX operations_by_kind ON operations (kind, created_at, id);
CREATE INDEX operations_with_status ON operations (project_id, status, created_at, id);
CREATE INDEX operations_with_kind ON operations (project_id, kind, created_at, id);
CREATE INDEX operations_with_share ON operations (project_id, share_id, created_at, id);
CREATE INDEX operations_with_backup ON operations (project_id, backup_id, created_at, id);
CREATE INDEX operations_by_volume ON operations (volume_id, status) WHERE volume_id IS NOT NULL;
CREATE INDEX operations_pinning ON operations (pinned_snapshot_id, status) WHERE pinned_snapshot_id IS NOT NULL;

CREATE TABLE nodes (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    node TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    availability_zone TEXT COLLATE "C" NOT NULL,
    roots TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    UNIQUE (node, role)
);

CREATE TABLE repositories (
    project_id TEXT COLLATE "C" PRIMARY KEY,
    repository_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    pruned_at BIGINT,
    freed_snapshots BIGINT NOT NULL,
    export_sequence BIGINT NOT NULL
);

CREATE TABLE leases (
    name TEXT COLLATE "C" PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Limits alone: what is in use is counted from the rows.
CREATE TABLE quotas (
    project_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C",
    share_type_id TEXT COLLATE "C" REFERENCES share_types (id) ON DELETE CASCADE,
    resource TEXT COLLATE "C" NOT NULL,
    hard_limit BIGINT NOT NULL
);
CREATE UNIQUE INDEX quotas_by_scope ON quotas (project_id, coalesce(user_id, ''), coalesce(share_type_id, ''), resource);
CREATE INDEX quotas_by_share_type ON quotas (share_type_id) WHERE share_type_id IS NOT NULL;

CREATE TABLE quota_classes (
    name TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    hard_limit BIGINT NOT NULL,
    PRIMARY KEY (name, resource)
);

CREATE TABLE messages (
    id TEXT COLLATE "C" PRIMARY KEY,
    project_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    action_id TEXT COLLATE "C" NOT NULL,
    detail_id TEXT COLLATE "C" NOT NULL,
    message_level TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    user_message TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX messages_by_project ON messages (project_id, created_at, id);
CREATE INDEX messages_by_time ON messages (created_at, id);
CREATE INDEX messages_by_resource ON messages (resource_id, created_at, id);
CREATE INDEX messages_by_expiry ON messages (expires_at);
CREATE INDEX messages_with_request ON messages (project_id, request_id, created_at, id);

-- project_id is whose trail it is.
CREATE TABLE audit (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C",
    object_id TEXT COLLATE "C",
    actor_project_id TEXT COLLATE "C",
    address TEXT COLLATE "C",
    request_id TEXT COLLATE "C",
    backup_id TEXT COLLATE "C",
    details TEXT COLLATE "C"
);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_project ON audit (project_id, at, id);
CREATE INDEX audit_by_action ON audit (action, at, id);
CREATE INDEX audit_with_action ON audit (project_id, action, at, id);
CREATE INDEX audit_with_backup ON audit (backup_id, project_id, at, id) WHERE backup_id IS NOT NULL;
CREATE INDEX audit_with_object ON audit (object_id, project_id, at, id) WHERE object_id IS NOT NULL;
CREATE INDEX audit_by_object ON audit (object_id, action, actor, at) WHERE object_id IS NOT NULL;
