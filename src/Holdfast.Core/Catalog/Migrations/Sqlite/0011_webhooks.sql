-- Who is told what happened.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    -- Null: the events of all projects.
    project_id TEXT,
    user_id TEXT NOT NULL,
    url TEXT NOT NULL,
    -- A JSON list; empty: all of them.
    events TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    any_host INTEGER NOT NULL,
    sealed_secret BLOB NOT NULL,
    failures INTEGER NOT NULL,
    not_before INTEGER,
    delivered_at INTEGER,
    problem TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER
) STRICT;
CREATE INDEX webhooks_by_project ON webhooks (project_id, created_at, id);
CREATE INDEX webhooks_by_time ON webhooks (created_at, id);

-- What is on its way to them.
CREATE TABLE webhook_deliveries (
    webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    not_before INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, event_id)
) STRICT;
CREATE INDEX webhook_deliveries_in_turn ON webhook_deliveries (webhook_id, attempts, created_at, event_id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);

-- Shares that have no backup of when there should be one, and whose webhooks know.
CREATE TABLE overdue_shares (
    share_id TEXT PRIMARY KEY REFERENCES shares (id) ON DELETE CASCADE,
    told_at INTEGER NOT NULL
) STRICT;
