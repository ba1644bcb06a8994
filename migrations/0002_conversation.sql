-- Rounds that go on from something: from a candidate's patch, or on a pull request of ours that gets one more commit.
ALTER TABLE rounds ADD COLUMN starts_from TEXT REFERENCES runs (id);
ALTER TABLE rounds ADD COLUMN pull_id TEXT REFERENCES pulls (id);
CREATE INDEX rounds_pull ON rounds (pull_id, number) WHERE pull_id IS NOT NULL;

-- A pick with a pull request adds a commit to it; one without opens one. The commit is written down before it is pushed.
ALTER TABLE picks ADD COLUMN pull_id TEXT REFERENCES pulls (id);
ALTER TABLE picks ADD COLUMN commit_sha TEXT;
