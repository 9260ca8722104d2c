-- Who is told what happened.
CREATE TABLE webhooks (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- Null: the events of all projects.
    project_id TEXT COLLATE "C",
    user_id TEXT COLLATE "C" NOT NULL,
    url TEXT COLLATE "C" NOT NULL,
    -- A JSON list; empty: all of them.
    events TEXT COLLATE "C" NOT NULL,
    enabled BOOLEAN NOT NULL,
    any_host BOOLEAN NOT NULL,
    sealed_secret BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    not_before BIGINT,
    delivered_at BIGINT,
    problem TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT
);
CREATE INDEX webhooks_by_project ON webhooks (project_id, created_at, id);
CREATE INDEX webhooks_by_time ON webhooks (created_at, id);

-- What is on its way to them.
CREATE TABLE webhook_deliveries (
    webhook_id TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    attempts INTEGER NOT NULL,
    not_before BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (webhook_id, event_id)
);
CREATE INDEX webhook_deliveries_in_turn ON webhook_deliveries (webhook_id, attempts, created_at, event_id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at);

-- Shares that have no backup of when there should be one, and whose webhooks know.
CREATE TABLE overdue_shares (
    share_id TEXT COLLATE "C" PRIMARY KEY REFERENCES shares (id) ON DELETE CASCADE,
    told_at BIGINT NOT NULL
);
