-- Thumbs up and down for candidates: one of each voter and way in, the newest of a voter counts.
CREATE TABLE votes (
    run_id TEXT NOT NULL REFERENCES runs (id),
    -- How it reached us: each way in keeps its own rows, so that a reaction taken away takes no other vote with it.
    source TEXT NOT NULL,
    -- Who: github:NUMBER for a person, token:ID for a token that acts for nobody.
    voter_id TEXT NOT NULL,
    -- The login or the token's name at that moment.
    voter_name TEXT NOT NULL,
    -- 1 up, -1 down, 0 taken back.
    value BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, source, voter_id)
);
