-- One text for SQLite and Postgres: TEXT and BIGINT only, times in milliseconds since 1970, yes/no as 1/0,
-- lists and maps as JSON in TEXT. Never change a migration that was released: add the next one.

-- Single values: the key ring's sentinel, cursors of periodic work, the audit chain's head.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO meta (key, value) VALUES ('audit_head', '0 ');
-- Locked by whoever checks a cap and then spends, so that two such transactions take turns on Postgres.
INSERT INTO meta (key, value) VALUES ('budget_lock', '');

CREATE TABLE installations (
    id BIGINT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    status TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE repos (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    owner TEXT,
    name TEXT,
    github_id BIGINT,
    installation_id BIGINT,
    default_branch TEXT NOT NULL,
    latest_commit TEXT,
    private BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    comments_seen_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX repos_url ON repos (url) WHERE gone = 0;
CREATE UNIQUE INDEX repos_github_id ON repos (github_id) WHERE github_id IS NOT NULL;
CREATE INDEX repos_name ON repos (lower(owner), lower(name));
CREATE INDEX repos_installation ON repos (installation_id);

CREATE TABLE model_profiles (
    id TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    model_name TEXT NOT NULL,
    display_name TEXT,
    alias TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    base_url TEXT,
    wire TEXT NOT NULL,
    tools TEXT NOT NULL,
    price_input BIGINT,
    price_output BIGINT,
    price_cached_input BIGINT,
    free BIGINT NOT NULL,
    source TEXT NOT NULL,
    api_key_hint TEXT NOT NULL,
    api_key_cipher TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX model_profiles_alias ON model_profiles (lower(alias)) WHERE deleted_at IS NULL;

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    repo_id TEXT NOT NULL REFERENCES repos (id),
    title TEXT,
    issue_number BIGINT,
    issue_url TEXT,
    round BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tasks_issue ON tasks (repo_id, issue_number);
CREATE INDEX tasks_updated ON tasks (updated_at, id);

CREATE TABLE rounds (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    number BIGINT NOT NULL,
    status TEXT NOT NULL,
    base_ref TEXT NOT NULL,
    base_commit TEXT NOT NULL,
    instruction TEXT NOT NULL,
    brief TEXT NOT NULL,
    path TEXT,
    budget BIGINT NOT NULL,
    requester_id BIGINT,
    requester_login TEXT,
    token_name TEXT,
    comment_id BIGINT,
    ordinal BIGINT NOT NULL,
    comment_sha256 TEXT,
    title_sha256 TEXT,
    body_sha256 TEXT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX rounds_number ON rounds (task_id, number);
-- The second dedupe key (M05): a repository hook and an organisation hook bring one comment under two GUIDs.
CREATE UNIQUE INDEX rounds_command ON rounds (comment_id, ordinal) WHERE comment_id IS NOT NULL;
CREATE INDEX rounds_expiry ON rounds (expires_at) WHERE status = 'choosing';
CREATE INDEX rounds_created ON rounds (created_at);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX messages_task ON messages (task_id, created_at, id);

CREATE TABLE runs (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    round BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    model_id TEXT REFERENCES model_profiles (id),
    provider TEXT NOT NULL,
    model_name TEXT NOT NULL,
    model_label TEXT NOT NULL,
    instruction TEXT NOT NULL,
    base_ref TEXT,
    base_commit TEXT NOT NULL,
    status TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    cancel_requested BIGINT NOT NULL,
    budget BIGINT NOT NULL,
    summary TEXT,
    patch TEXT,
    patch_sha256 TEXT,
    files_changed TEXT NOT NULL,
    warnings TEXT NOT NULL,
    error TEXT,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    evidence TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT
);
-- A retry is a new run under the same letter; the newest one counts.
CREATE INDEX runs_letter ON runs (round_id, letter, created_at);
CREATE INDEX runs_task ON runs (task_id, created_at, id);
CREATE INDEX runs_created ON runs (created_at);
CREATE INDEX runs_model ON runs (model_id);

CREATE TABLE run_logs (
    run_id TEXT NOT NULL REFERENCES runs (id),
    line_number BIGINT NOT NULL,
    content TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (run_id, line_number)
);

CREATE TABLE picks (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    run_id TEXT NOT NULL REFERENCES runs (id),
    source TEXT NOT NULL,
    person_id BIGINT,
    person_login TEXT,
    token_name TEXT,
    patch_sha256 TEXT NOT NULL,
    title TEXT,
    body TEXT,
    status TEXT NOT NULL,
    note TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX picks_opening ON picks (task_id) WHERE status = 'opening';
CREATE INDEX picks_task ON picks (task_id, created_at, id);

CREATE TABLE pulls (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES tasks (id),
    run_id TEXT NOT NULL REFERENCES runs (id),
    repo_id TEXT NOT NULL REFERENCES repos (id),
    number BIGINT NOT NULL,
    url TEXT NOT NULL,
    branch TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT,
    head TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX pulls_open ON pulls (task_id) WHERE status = 'open';
CREATE UNIQUE INDEX pulls_number ON pulls (repo_id, number);
CREATE INDEX pulls_task ON pulls (task_id, created_at, id);
CREATE INDEX pulls_run ON pulls (run_id);

-- What is done once on GitHub: the intent is written before, the result after.
CREATE TABLE effects (
    id TEXT NOT NULL PRIMARY KEY,
    task_id TEXT REFERENCES tasks (id),
    key TEXT NOT NULL,
    status TEXT NOT NULL,
    tried BIGINT NOT NULL,
    external_id BIGINT,
    node_id TEXT,
    body_sha256 TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX effects_key ON effects (key);
CREATE INDEX effects_task ON effects (task_id, created_at, id);
CREATE INDEX effects_external ON effects (external_id);

-- Candidate comments whose reactions are polled.
CREATE TABLE watches (
    run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    comment_id BIGINT NOT NULL,
    pending TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX watches_comment ON watches (comment_id);
CREATE INDEX watches_round ON watches (round_id);

CREATE TABLE deliveries (
    app_id BIGINT NOT NULL,
    guid TEXT NOT NULL,
    event TEXT NOT NULL,
    action TEXT,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    error TEXT,
    PRIMARY KEY (app_id, guid)
);
CREATE INDEX deliveries_received ON deliveries (received_at, guid);
CREATE INDEX deliveries_status ON deliveries (status, received_at);

-- Every command that was acted on, refused ones too, so that a second delivery of its comment does nothing.
CREATE TABLE commands (
    comment_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    guid TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (comment_id, ordinal)
);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    unique_key TEXT NOT NULL,
    -- queued, running or dead; a job that is done has no row.
    status TEXT NOT NULL,
    priority BIGINT NOT NULL,
    -- What is claimed in turn: pool, priority, installation and model in one word, so that one index finds every
    -- lane with work in it however much waits in the others.
    lane TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    -- Added again while it ran: it goes back to waiting at this time instead of ending.
    again_at BIGINT,
    attempts BIGINT NOT NULL,
    crashes BIGINT NOT NULL,
    lease_token BIGINT NOT NULL,
    -- Grows with each heartbeat: a lease is over when others see it stand still, whatever the clocks say.
    beats BIGINT NOT NULL,
    worker TEXT,
    model_id TEXT,
    installation_id BIGINT,
    cancel_requested BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_lane ON jobs (lane, run_at, id) WHERE status = 'queued';
CREATE INDEX jobs_running ON jobs (worker) WHERE status = 'running';
CREATE INDEX jobs_dead ON jobs (updated_at, id) WHERE status = 'dead';

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    scopes TEXT NOT NULL,
    repositories TEXT,
    github_login TEXT,
    expires_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX tokens_secret ON tokens (secret_sha256);

-- Append-only: each row's hash covers the one before it.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
