-- Who is asked in place of a model, and what a key is asked at most.
ALTER TABLE model_profiles ADD COLUMN fallback TEXT;
ALTER TABLE model_profiles ADD COLUMN max_concurrent BIGINT;
ALTER TABLE model_profiles ADD COLUMN requests_per_minute BIGINT;

-- The name of the model that answered in place of the one that was asked for.
ALTER TABLE runs ADD COLUMN answered_by TEXT;
ALTER TABLE runs ADD COLUMN cache_write_tokens BIGINT NOT NULL DEFAULT 0;
-- What running work may still spend is summed over these only.
CREATE INDEX runs_at_work ON runs (status) WHERE status IN ('queued', 'running');

-- Every call of a model: booked with the most it may cost, then with what it took. Whose money it is stands here
-- again, so that a sum over a day reads this table alone.
CREATE TABLE charges (
    run_id TEXT NOT NULL REFERENCES runs (id),
    turn BIGINT NOT NULL,
    at BIGINT NOT NULL,
    repo_id TEXT NOT NULL,
    person_id BIGINT,
    person TEXT,
    provider TEXT NOT NULL,
    model_name TEXT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cached_input_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    PRIMARY KEY (run_id, turn)
);
CREATE INDEX charges_at ON charges (at);
-- What was spent before counts as one call for each run.
INSERT INTO charges (run_id, turn, at, repo_id, person_id, person, provider, model_name, input_tokens, output_tokens,
    cached_input_tokens, cache_write_tokens, cost, settled)
SELECT r.id, 1, COALESCE(r.completed_at, r.started_at, r.created_at), t.repo_id, o.requester_id,
    COALESCE(o.requester_login, o.token_name), r.provider, r.model_name, r.input_tokens, r.output_tokens,
    r.cached_input_tokens, 0, r.cost, 1
FROM runs AS r JOIN tasks AS t ON t.id = r.task_id JOIN rounds AS o ON o.id = r.round_id
WHERE r.cost <> 0 OR r.input_tokens <> 0 OR r.output_tokens <> 0;

-- A cap of which most is spent is told once.
CREATE TABLE budget_warnings (
    scope TEXT NOT NULL PRIMARY KEY,
    -- The round in which it happened, whose status comment tells it.
    round_id TEXT NOT NULL REFERENCES rounds (id),
    whose TEXT NOT NULL,
    spent BIGINT NOT NULL,
    cap BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX budget_warnings_round ON budget_warnings (round_id);
